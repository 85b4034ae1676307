import COpenSSL

/// What a DTLS-SRTP handshake is for: the agreed protection profile, and a master key and salt for each direction
/// (RFC 5764 section 4.2).
///
/// `@unchecked Sendable`: the bytes are written in `init` and wiped in `deinit`, and only read in between.
public final class SRTPKeyingMaterial: @unchecked Sendable {
  /// The number of the profile in the IANA registry: 0x0007 AEAD_AES_128_GCM, 0x0001 AES128_CM_HMAC_SHA1_80.
  public let profile: UInt16
  private let storage: UnsafeMutableRawBufferPointer

  /// Key then salt of what this side sends, as SRTP libraries want them.
  public func withLocalMaster<R: ~Copyable, E>(_ body: (RawSpan) throws(E) -> R) throws(E) -> R {
    try body(storage.bytes.extracting(first: storage.count / 2))
  }

  /// Key then salt of what the peer sends.
  public func withRemoteMaster<R: ~Copyable, E>(_ body: (RawSpan) throws(E) -> R) throws(E) -> R {
    try body(storage.bytes.extracting(last: storage.count / 2))
  }

  /// Exports the keys from a finished handshake; nil when no profile was agreed.
  init?(exporting ssl: OpaquePointer, role: DTLSTransport.Role) {
    guard let chosen = SSL_get_selected_srtp_profile(ssl), let profile = UInt16(exactly: chosen.pointee.id) else {
      return nil
    }
    let keyCount = 16
    let saltCount: Int
    switch profile {
    case 0x0007: saltCount = 12
    case 0x0001: saltCount = 14
    default: return nil
    }
    let count = 2 * (keyCount + saltCount)
    let exported = UnsafeMutableRawBufferPointer.allocate(byteCount: count, alignment: 16)
    defer {
      OPENSSL_cleanse(exported.baseAddress, count)
      exported.deallocate()
    }
    let label = "EXTRACTOR-dtls_srtp"
    guard
      SSL_export_keying_material(ssl, exported.baseAddress, count, label, label.utf8.count, nil, 0, 0) == 1
    else { return nil }
    self.profile = profile
    storage = .allocate(byteCount: count, alignment: 16)
    // Exported: client key, server key, client salt, server salt. Stored: local key, salt, remote key, salt.
    let (local, remote) = role == .client ? (0, 1) : (1, 0)
    for (position, side) in [local, remote].enumerated() {
      let half = UnsafeMutableRawBufferPointer(rebasing: storage[(position * count / 2)...])
      half.copyMemory(from: .init(rebasing: exported[side * keyCount..<(side + 1) * keyCount]))
      let salt = 2 * keyCount + side * saltCount
      UnsafeMutableRawBufferPointer(rebasing: half[keyCount...])
        .copyMemory(from: .init(rebasing: exported[salt..<salt + saltCount]))
    }
  }

  deinit {
    OPENSSL_cleanse(storage.baseAddress, storage.count)
    storage.deallocate()
  }
}
