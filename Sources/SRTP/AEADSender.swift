import COpenSSL

/// The sending side of AEAD_AES_128_GCM for RTP (RFC 7714), straight on OpenSSL.
///
/// This is the one operation that is done for every packet of every viewer. libsrtp, as Debian builds it, goes through
/// NSS, which costs more than twice the time and eleven allocations a packet; whatever is sent here, libsrtp receives.
/// Afterwards nothing is allocated, but once for each source.
struct AEADSender: ~Copyable {
  /// A viewer is sent a stream and its retransmissions; the rest is room.
  private static let maximumSources = 64

  private let context: OpaquePointer
  private let salt: [UInt8]
  /// The highest packet index (RFC 3711 section 3.3.1) of each source: roll-over counter and sequence number.
  private var sources: [(ssrc: UInt32, highest: UInt64)] = []

  /// - Parameter master: 16 bytes of key, 12 of salt.
  init(master: RawSpan) throws(SRTPError) {
    guard master.byteCount == 28 else { throw .refused }
    let secret = master.withUnsafeBytes { [UInt8]($0) }
    let key = try Self.derive(label: 0x00, count: 16, from: secret)
    let salt = try Self.derive(label: 0x02, count: 12, from: secret)
    guard let context = EVP_CIPHER_CTX_new() else { throw .refused }
    guard EVP_EncryptInit_ex(context, EVP_aes_128_gcm(), nil, key, nil) == 1 else {
      EVP_CIPHER_CTX_free(context)
      throw .refused
    }
    self.context = context
    self.salt = salt
  }

  deinit { EVP_CIPHER_CTX_free(context) }

  /// Encrypts the RTP packet of `count` bytes at the start of `buffer` in place and puts the tag of 16 bytes behind it.
  mutating func protect(_ buffer: UnsafeMutableRawBufferPointer, count: Int) throws(SRTPError) -> Int {
    guard let base = buffer.baseAddress, count >= 12 else { throw .malformed }
    let header = try Self.headerLength(of: UnsafeRawBufferPointer(rebasing: buffer[..<count]))
    let ssrc = UInt32(bigEndian: buffer.loadUnaligned(fromByteOffset: 8, as: UInt32.self))
    let sequence = UInt16(bigEndian: buffer.loadUnaligned(fromByteOffset: 2, as: UInt16.self))
    let index = try packetIndex(of: sequence, from: ssrc)

    // RFC 7714 section 8.1: 16 zero bits, SSRC, roll-over counter and sequence number, all under the salt.
    var nonce: (UInt64, UInt32) = (0, 0)
    let isReady = withUnsafeMutableBytes(of: &nonce) { nonce in
      nonce.storeBytes(of: (UInt64(ssrc) << 16 | index >> 32).bigEndian, as: UInt64.self)
      nonce.storeBytes(of: UInt32(truncatingIfNeeded: index).bigEndian, toByteOffset: 8, as: UInt32.self)
      for position in 0..<12 { nonce[position] ^= salt[position] }
      return EVP_EncryptInit_ex(
        context, nil, nil, nil, nonce.baseAddress?.assumingMemoryBound(to: UInt8.self)) == 1
    }
    let bytes = base.assumingMemoryBound(to: UInt8.self)
    var written: Int32 = 0
    guard isReady, EVP_EncryptUpdate(context, nil, &written, bytes, Int32(header)) == 1,
      EVP_EncryptUpdate(context, bytes + header, &written, bytes + header, Int32(count - header)) == 1,
      EVP_EncryptFinal_ex(context, bytes + count, &written) == 1,
      EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, 16, base + count) == 1
    else { throw .refused }
    return count + 16
  }

  /// The index of the packet, nearest to the highest one of its source (RFC 3711 section 3.3.1 and appendix A).
  private mutating func packetIndex(of sequence: UInt16, from ssrc: UInt32) throws(SRTPError) -> UInt64 {
    guard let place = sources.firstIndex(where: { $0.ssrc == ssrc }) else {
      guard sources.count < Self.maximumSources else { throw .tooManySources }
      sources.append((ssrc, UInt64(sequence)))
      return UInt64(sequence)
    }
    let highest = sources[place].highest
    let step = Int64(Int16(truncatingIfNeeded: Int(sequence) - Int(highest & 0xFFFF)))
    let index = Int64(highest) + step
    // Older than the source's first packet, or past 2^48 packets of one key.
    guard index >= 0 else { throw .tooOld }
    guard index < 1 << 48 else { throw .keyExhausted }
    if step > 0 { sources[place].highest = UInt64(index) }
    return UInt64(index)
  }

  /// The fixed header, the contributing sources and the extension: what is authenticated in the clear.
  private static func headerLength(of packet: UnsafeRawBufferPointer) throws(SRTPError) -> Int {
    var length = 12 + 4 * Int(packet[0] & 0x0F)
    if packet[0] & 0x10 != 0 {
      guard length + 4 <= packet.count else { throw .malformed }
      length += 4 + 4 * Int(UInt16(bigEndian: packet.loadUnaligned(fromByteOffset: length + 2, as: UInt16.self)))
    }
    guard length <= packet.count else { throw .malformed }
    return length
  }

  /// RFC 3711 section 4.3.1 with the salt of RFC 7714 section 11: AES in counter mode over zeros, under the label.
  private static func derive(label: UInt8, count: Int, from secret: [UInt8]) throws(SRTPError) -> [UInt8] {
    var counter = Array(secret[16...]) + [0, 0, 0, 0]
    counter[7] ^= label
    var output = [UInt8](repeating: 0, count: 16)
    var written: Int32 = 0
    guard let context = EVP_CIPHER_CTX_new() else { throw .refused }
    defer { EVP_CIPHER_CTX_free(context) }
    guard EVP_EncryptInit_ex(context, EVP_aes_128_ctr(), nil, Array(secret[..<16]), counter) == 1,
      EVP_EncryptUpdate(context, &output, &written, [UInt8](repeating: 0, count: 16), 16) == 1
    else { throw .refused }
    return Array(output[..<count])
  }
}
