import RTP
import SansIO

/// What a receiver report is made of, besides the stream's own counts (RFC 3550 section 6.4.1).
struct ReportState: Sendable {
  /// The last sender report and when it came.
  var senderReport: (ntp: NTPTime, arrival: Instant)?
  private var expectedBefore = 0
  private var receivedBefore = 0

  /// The block that is due at `now`.
  mutating func block(about source: UInt32, from receiver: VideoReceiver, at now: Instant) -> ReportBlock? {
    guard let highest = receiver.highest else { return nil }
    let expected = Int(highest - receiver.base + 1)
    let received = receiver.statistics.originals
    let expectedNow = expected - expectedBefore
    let lostNow = expectedNow - (received - receivedBefore)
    expectedBefore = expected
    receivedBefore = received
    let fraction = expectedNow > 0 && lostNow > 0 ? min(255, lostNow * 256 / expectedNow) : 0
    let delay = senderReport.map { (now - $0.arrival).wholeNanoseconds * 65_536 / 1_000_000_000 } ?? 0
    return ReportBlock(
      ssrc: source, fractionLost: UInt8(fraction), cumulativeLost: Int32(clamping: expected - received),
      highestSequenceNumber: UInt32(truncatingIfNeeded: highest - 65_536), jitter: UInt32(receiver.jitter),
      lastSenderReport: senderReport?.ntp.middle ?? 0, delaySinceLastSenderReport: UInt32(clamping: delay))
  }
}
