/// What a datagram on the one port is, told by its first byte (RFC 7983) and, between RTP and RTCP, by its second
/// (RFC 5761 section 4).
///
///     first byte   0–3: STUN   20–63: DTLS   128–191: RTP, or RTCP when the second byte is 192–223
public enum PacketKind: Hashable, Sendable {
  case stun
  case dtls
  case rtp
  case rtcp

  /// nil: none of these, so nobody's.
  public init?(_ datagram: borrowing RawSpan) {
    guard datagram.byteCount >= 2 else { return nil }
    let first = unsafe datagram.unsafeLoad(fromByteOffset: 0, as: UInt8.self)
    let second = unsafe datagram.unsafeLoad(fromByteOffset: 1, as: UInt8.self)
    switch (first, second) {
    case (0...3, _): self = .stun
    case (20...63, _): self = .dtls
    case (128...191, 192...223): self = .rtcp
    case (128...191, _): self = .rtp
    default: return nil
    }
  }
}
