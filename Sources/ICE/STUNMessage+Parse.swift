import SansIO

extension STUNMessage {
  /// Parses one datagram.
  ///
  /// MESSAGE-INTEGRITY is kept for `isAuthentic(in:password:)`; FINGERPRINT is checked here. Throws on anything that
  /// RFC 8489 section 5 and 14 do not allow, and on more than `maximumAttributes`.
  public static func parse(_ bytes: RawSpan) throws(STUNError) -> STUNMessage {
    var reader = ByteReader(bytes)
    do {
      let type = try reader.readUInt16()
      let length = Int(try reader.readUInt16())
      guard type & 0xC000 == 0, try reader.readUInt32() == magicCookie else { throw STUNError(.notSTUN, offset: 0) }
      let transaction = STUNTransactionID(high: try reader.readUInt32(), low: try reader.readUInt64())
      guard length.isMultiple(of: 4), reader.remaining == length else { throw STUNError(.badLength, offset: 2) }
      var message = STUNMessage(Class(type: type), Method(type: type), transaction: transaction)
      var count = 0
      while reader.remaining > 0 {
        count += 1
        guard count <= maximumAttributes else { throw STUNError(.tooManyAttributes, offset: reader.offset) }
        guard !message.isFingerprinted else { throw STUNError(.badFingerprint, offset: reader.offset) }
        try message.parseAttribute(&reader, of: bytes)
      }
      return message
    } catch let error as TruncatedInput {
      throw STUNError(.truncated, offset: error.offset)
    } catch let error as STUNError {
      throw error
    } catch {
      throw STUNError(.truncated, offset: reader.offset)
    }
  }

  private mutating func parseAttribute(_ reader: inout ByteReader, of bytes: RawSpan) throws {
    let start = reader.offset
    let type = try reader.readUInt16()
    let length = Int(try reader.readUInt16())
    let value = try reader.readBytes(length)
    try reader.skip(-length & 3)
    switch type {
    case STUNAttribute.Code.fingerprint:
      guard length == 4 else { throw STUNError(.badAttribute, offset: start) }
      let expected = Self.fingerprint(of: bytes.bytes(upTo: start), length: start + 8)
      guard value.reduce(0, { $0 << 8 | UInt32($1) }) == expected else {
        throw STUNError(.badFingerprint, offset: start)
      }
      isFingerprinted = true
    case _ where integrity != nil:
      break
    case STUNAttribute.Code.messageIntegrity:
      guard length == SHA1.digestSize else { throw STUNError(.badAttribute, offset: start) }
      integrity = Integrity(offset: start, tag: value)
    default:
      attributes.append(
        try STUNAttribute.parse(type: type, value: value, transaction: transaction, offset: start + 4))
    }
  }

  /// Whether the message carries a MESSAGE-INTEGRITY made with `password` over `bytes`, those it was parsed from
  /// (RFC 8489 section 14.5, short-term credentials).
  public func isAuthentic(in bytes: RawSpan, password: String) -> Bool {
    guard let integrity, integrity.offset <= bytes.byteCount else { return false }
    let tag = Self.integrityTag(of: bytes.bytes(upTo: integrity.offset), password: password)
    return constantTimeEqual(tag, integrity.tag)
  }

  /// The local user fragment that a binding request is addressed to: what comes before the colon of its USERNAME.
  ///
  /// Looks at the headers of the attributes only, so that a datagram from an unknown address finds its connection
  /// cheaply; nothing is verified. Nil for anything that is no STUN request with such a USERNAME.
  public static func username(of bytes: RawSpan) -> String? {
    var reader = ByteReader(bytes)
    do {
      let type = try reader.readUInt16()
      guard type & 0xC000 == 0, Class(type: type) == .request else { return nil }
      try reader.skip(2)
      guard try reader.readUInt32() == magicCookie else { return nil }
      try reader.skip(12)
      for _ in 0..<maximumAttributes {
        let type = try reader.readUInt16()
        let length = Int(try reader.readUInt16())
        guard type == STUNAttribute.Code.username else {
          try reader.skip(length + (-length & 3))
          continue
        }
        let value = try reader.readBytes(min(length, ICECredentials.maximumUfragLength + 1))
        guard let colon = value.firstIndex(of: UInt8(ascii: ":")) else { return nil }
        return String(validating: value[..<colon], as: UTF8.self)
      }
      return nil
    } catch {
      return nil
    }
  }

  /// HMAC-SHA1 over the message before MESSAGE-INTEGRITY, with the header's length as if it ended right after it.
  static func integrityTag(of bytes: [UInt8], password: String) -> [UInt8] {
    var hmac = HMACSHA1(key: Array(password.utf8))
    hmac.update(withLength(bytes, total: bytes.count + 4 + SHA1.digestSize))
    return hmac.finish()
  }

  /// CRC-32 over the message before FINGERPRINT, exclusive-ored with "STUN" (RFC 8489 section 14.7).
  static func fingerprint(of bytes: [UInt8], length: Int) -> UInt32 {
    CRC32.checksum(withLength(bytes, total: length)) ^ 0x5354_554E
  }

  private static func withLength(_ bytes: [UInt8], total: Int) -> [UInt8] {
    var bytes = bytes
    let length = total - headerSize
    bytes[2] = UInt8(truncatingIfNeeded: length >> 8)
    bytes[3] = UInt8(truncatingIfNeeded: length)
    return bytes
  }
}

//   The type's bits:  M11 M10 M9 M8 M7 C1 M6 M5 M4 C0 M3 M2 M1 M0  (RFC 8489 section 5)
extension STUNMessage.Class {
  init(type: UInt16) {
    switch (type & 0x100 != 0, type & 0x010 != 0) {
    case (false, false): self = .request
    case (false, true): self = .indication
    case (true, false): self = .success
    case (true, true): self = .failure
    }
  }

  var bits: UInt16 { UInt16(rawValue & 2) << 7 | UInt16(rawValue & 1) << 4 }
}

extension STUNMessage.Method {
  init(type: UInt16) { self.init(rawValue: type & 0xF | type >> 1 & 0x70 | type >> 2 & 0xF80) }

  var bits: UInt16 { rawValue & 0xF | (rawValue & 0x70) << 1 | (rawValue & 0xF80) << 2 }
}

extension RawSpan {
  /// A copy of the first `count` bytes.
  func bytes(upTo count: Int) -> [UInt8] {
    unsafe extracting(first: count).withUnsafeBytes { unsafe [UInt8]($0) }
  }
}
