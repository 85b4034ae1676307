import SansIO

/// What a receiver says of one source (RFC 3550 section 6.4.1).
public struct ReportBlock: Equatable, Sendable {
  static let length = 24

  /// The source that it is about.
  public var ssrc: UInt32
  /// The share of packets lost since the last report, in 1/256.
  public var fractionLost: UInt8
  /// Packets lost since the beginning, in 24 bits with a sign: duplicates make it negative.
  public var cumulativeLost: Int32
  /// The highest sequence number received, with the count of wraps in its upper half.
  public var highestSequenceNumber: UInt32
  /// In units of the RTP time stamp.
  public var jitter: UInt32
  /// `NTPTime.middle` of the last sender report received; 0: none yet.
  public var lastSenderReport: UInt32
  /// The time since then in 1/65536 s.
  public var delaySinceLastSenderReport: UInt32

  public init(
    ssrc: UInt32, fractionLost: UInt8, cumulativeLost: Int32, highestSequenceNumber: UInt32, jitter: UInt32,
    lastSenderReport: UInt32, delaySinceLastSenderReport: UInt32
  ) {
    self.ssrc = ssrc
    self.fractionLost = fractionLost
    self.cumulativeLost = cumulativeLost
    self.highestSequenceNumber = highestSequenceNumber
    self.jitter = jitter
    self.lastSenderReport = lastSenderReport
    self.delaySinceLastSenderReport = delaySinceLastSenderReport
  }

  init(from reader: inout ByteReader) throws(RTPError) {
    ssrc = try reader.uint32()
    let loss = try reader.uint32()
    fractionLost = UInt8(truncatingIfNeeded: loss >> 24)
    cumulativeLost = Int32(bitPattern: loss << 8) >> 8
    highestSequenceNumber = try reader.uint32()
    jitter = try reader.uint32()
    lastSenderReport = try reader.uint32()
    delaySinceLastSenderReport = try reader.uint32()
  }

  func write(to writer: inout ByteWriter) {
    writer.write(ssrc)
    writer.write(UInt32(fractionLost) << 24 | UInt32(bitPattern: cumulativeLost) & 0xFF_FFFF)
    writer.write(highestSequenceNumber)
    writer.write(jitter)
    writer.write(lastSenderReport)
    writer.write(delaySinceLastSenderReport)
  }

  /// The round trip that the block proves, when it arrives at `now` on the clock of the sender reports (section 6.4.1):
  /// nil before a sender report was received, or when the figures cannot be true (negative, or over a minute).
  public func roundTrip(at now: NTPTime) -> Duration? {
    guard lastSenderReport != 0 else { return nil }
    let units = now.middle &- lastSenderReport &- delaySinceLastSenderReport
    guard units <= 60 << 16 else { return nil }
    return .nanoseconds(Int64(units) * 1_000_000_000 / 65_536)
  }
}
