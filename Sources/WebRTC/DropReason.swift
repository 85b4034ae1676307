/// Why a connection did not act on a datagram. What ICE and DTLS drop, they count themselves:
/// `PeerStatistics.iceDrops` and `dtlsDrops`.
public enum DropReason: Int, Hashable, Sendable, CaseIterable {
  /// Neither STUN, DTLS, RTP nor RTCP.
  case unknownKind
  /// From an address that no authenticated check came from.
  case unverifiedAddress
  /// Larger than anything that this connection expects.
  case tooLong
  /// RTP or RTCP before the DTLS handshake was done.
  case beforeConnected
  /// Anything after the end.
  case afterClosed
  /// RTP: this connection only sends.
  case unexpectedMedia
  /// Data over DTLS: no section was agreed on for it.
  case unexpectedData
  /// The tag of an SRTCP packet is wrong.
  case unauthentic
  /// An SRTCP packet that was seen before, or is too old to know.
  case replayed
  /// An SRTCP packet that SRTP refuses for another reason.
  case refused
  /// Authentic, but not RTCP.
  case malformedRTCP
  /// A datagram of ours to an address that has not shown yet that it receives, beyond what it may get.
  case unprovenAddress
  /// A frame that the burst had no room for, or that could not be protected.
  case unsentFrame
}
