import SansIO

/// The body of a ClientHello (RFC 6347 section 4.2.1, RFC 5246 section 7.4.1.2), as far as its form goes.
struct ClientHello {
  /// With the extensions of post-quantum key exchange, a browser's comes to some 1.6 kB.
  static let lengths = 40...8192
  let cookie: [UInt8]
  /// The body with an empty cookie, as it was the first time.
  let withoutCookie: [UInt8]

  /// nil when a length is wrong, or when it offers none of the cipher suites of `Certificate`.
  init?(_ body: [UInt8]) {
    var reader = ByteReader(body.span.bytes)
    do {
      guard try reader.readUInt16() >> 8 == 0xFE else { return nil }
      try reader.skip(32)
      let session = Int(try reader.readUInt8())
      guard session <= 32 else { return nil }
      try reader.skip(session)
      let place = reader.offset
      cookie = try reader.readBytes(Int(try reader.readUInt8()))
      let suites = Int(try reader.readUInt16())
      guard suites > 0, suites.isMultiple(of: 2) else { return nil }
      var isKnown = false
      for _ in 0..<suites / 2 { isKnown = Self.suites.contains(try reader.readUInt16()) || isKnown }
      let compressions = Int(try reader.readUInt8())
      guard isKnown, compressions > 0 else { return nil }
      try reader.skip(compressions)
      var extensions = Int(try reader.readUInt16())
      guard extensions == reader.remaining else { return nil }
      while extensions > 0 {
        try reader.skip(2)
        let length = Int(try reader.readUInt16())
        try reader.skip(length)
        extensions -= 4 + length
      }
      var stripped = body
      stripped.replaceSubrange(place...place + cookie.count, with: [0])
      withoutCookie = stripped
    } catch {
      return nil
    }
  }

  /// ECDHE-ECDSA with AES-128-GCM, AES-256-GCM and ChaCha20-Poly1305.
  private static let suites: [UInt16] = [0xC02B, 0xC02C, 0xCCA9]
}
