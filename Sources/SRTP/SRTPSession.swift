import CSRTP

/// One direction of an SRTP session (RFC 3711, RFC 7714), over libsrtp: packets are protected where they lie.
///
/// Each direction has a key of its own. A source costs memory once, when its first packet passes; afterwards nothing is
/// allocated here (a libsrtp that is built upon NSS, as Debian's, allocates within; RTP out with AES-GCM, which is
/// nearly all there is, goes through `AEADSender` instead). A packet may be protected again
/// under its old sequence number, which is how a plain resend works: the caller promises that it has the same bytes.
public struct SRTPSession: ~Copyable {
  public enum Direction: Sendable { case outbound, inbound }

  /// How many sources a peer may speak with.
  public static let maximumSources = 16
  /// How far behind the newest packet a late one may be.
  static let replayWindow: UInt = 1024

  public let profile: ProtectionProfile
  private let context: srtp_t
  private let direction: Direction
  private var sources: [UInt32] = []
  private var aead: AEADSender?

  /// - Parameter master: `profile.masterByteCount` bytes, the key and then the salt.
  public init(_ direction: Direction, profile: ProtectionProfile, master: RawSpan) throws(SRTPError) {
    guard Self.isLibraryReady, master.byteCount == profile.masterByteCount else { throw .refused }
    aead = direction == .outbound && profile == .aeadAES128GCM ? try AEADSender(master: master) : nil
    var policy = srtp_policy_t()
    switch profile {
    case .aeadAES128GCM:
      srtp_crypto_policy_set_aes_gcm_128_16_auth(&policy.rtp)
      srtp_crypto_policy_set_aes_gcm_128_16_auth(&policy.rtcp)
    case .aes128CMHMACSHA1_80:
      srtp_crypto_policy_set_rtp_default(&policy.rtp)
      srtp_crypto_policy_set_rtcp_default(&policy.rtcp)
    }
    policy.ssrc.type = direction == .outbound ? ssrc_any_outbound : ssrc_any_inbound
    policy.window_size = Self.replayWindow
    policy.allow_repeat_tx = 1
    var created: srtp_t?
    let status = master.withUnsafeBytes { key in
      // The library copies the key and does not write to it; its interface is older than const.
      policy.key = UnsafeMutablePointer(mutating: key.baseAddress?.assumingMemoryBound(to: UInt8.self))
      return srtp_create(&created, &policy)
    }
    guard status == srtp_err_status_ok, let context = created else { throw .refused }
    self.profile = profile
    self.context = context
    self.direction = direction
  }

  deinit { srtp_dealloc(context) }

  /// Encrypts and signs the RTP packet of `count` bytes at the start of `buffer`; returns its new length.
  ///
  /// `buffer` must have `profile.rtpOverhead` bytes of room behind the packet.
  public mutating func protect(_ buffer: UnsafeMutableRawBufferPointer, count: Int) throws(SRTPError) -> Int {
    try Self.check(buffer, count: count, minimum: 12, room: profile.rtpOverhead)
    if let length = try aead?.protect(buffer, count: count) { return length }
    return try transform(buffer, count: count) { srtp_protect(context, $0, $1) }
  }

  /// The same for a compound RTCP packet; `profile.rtcpOverhead` bytes of room are needed.
  public mutating func protectRTCP(_ buffer: UnsafeMutableRawBufferPointer, count: Int) throws(SRTPError) -> Int {
    try Self.check(buffer, count: count, minimum: 8, room: profile.rtcpOverhead)
    return try transform(buffer, count: count) { srtp_protect_rtcp(context, $0, $1) }
  }

  /// Checks and decrypts the SRTP packet that fills `buffer`; returns the length of the RTP packet left at its start.
  public mutating func unprotect(_ buffer: UnsafeMutableRawBufferPointer) throws(SRTPError) -> Int {
    try Self.check(buffer, count: buffer.count, minimum: 12 + profile.rtpOverhead, room: 0)
    let source = Self.source(in: buffer, at: 8)
    try admit(source)
    let count = try transform(buffer, count: buffer.count) { srtp_unprotect(context, $0, $1) }
    remember(source)
    return count
  }

  /// The same for SRTCP.
  public mutating func unprotectRTCP(_ buffer: UnsafeMutableRawBufferPointer) throws(SRTPError) -> Int {
    try Self.check(buffer, count: buffer.count, minimum: 8 + profile.rtcpOverhead, room: 0)
    let source = Self.source(in: buffer, at: 4)
    try admit(source)
    let count = try transform(buffer, count: buffer.count) { srtp_unprotect_rtcp(context, $0, $1) }
    remember(source)
    return count
  }

  @inline(__always)
  private func transform(
    _ buffer: UnsafeMutableRawBufferPointer, count: Int,
    by operation: (UnsafeMutableRawPointer?, UnsafeMutablePointer<Int32>) -> srtp_err_status_t
  ) throws(SRTPError) -> Int {
    var length = Int32(truncatingIfNeeded: count)
    let status = operation(buffer.baseAddress, &length)
    guard status == srtp_err_status_ok else { throw SRTPError(status) }
    return Int(length)
  }

  private static func check(
    _ buffer: UnsafeMutableRawBufferPointer, count: Int, minimum: Int, room: Int
  ) throws(SRTPError) {
    guard count >= minimum, count <= 65_535 else { throw .malformed }
    guard count + room <= buffer.count else { throw .noRoom }
  }

  private static func source(in buffer: UnsafeMutableRawBufferPointer, at offset: Int) -> UInt32 {
    UInt32(bigEndian: buffer.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
  }

  /// A source is remembered only once a packet of it proved authentic, so that strangers cannot fill the list.
  private func admit(_ source: UInt32) throws(SRTPError) {
    if sources.count >= Self.maximumSources, !sources.contains(source) { throw .tooManySources }
  }

  private mutating func remember(_ source: UInt32) {
    if !sources.contains(source) { sources.append(source) }
  }

  /// Loads the library and lets it test its ciphers, which takes some 20 ms: better at the start than for the first
  /// viewer.
  public static func prepareLibrary() { _ = isLibraryReady }

  private static let isLibraryReady = srtp_init() == srtp_err_status_ok
}
