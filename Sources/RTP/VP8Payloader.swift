import SansIO

/// Cuts VP8 frames into RTP payloads (RFC 7741).
///
/// The payload descriptor is its one mandatory byte (section 4.2): no picture ID, since that would have to run on
/// when a viewer's stream is switched and so be written once per viewer; receivers go by the sequence numbers instead.
public struct VP8Payloader: Sendable {
  private let maximumPayload: Int

  /// - Parameter maximumPayload: the longest payload in bytes, at least 64.
  public init(maximumPayload: Int = PacketizedFrame.maximumPayload) {
    precondition(maximumPayload >= 64)
    self.maximumPayload = maximumPayload
  }

  /// Payloads one frame in fragments of equal length; nil when it is empty or too long for
  /// `PacketizedFrame.maximumPackets`.
  public func payload(
    _ frame: borrowing RawSpan, stream: StreamID, timestamp: UInt32, due: Instant, isKeyFrame: Bool
  ) -> PacketizedFrame? {
    let data = copy frame
    guard data.byteCount > 0, data.byteCount <= PacketizedFrame.maximumPackets * (maximumPayload - 1) else {
      return nil
    }
    let fragments = EqualFragments(of: data.byteCount, maximum: maximumPayload - 1)
    var list = PayloadList(byteCapacity: data.byteCount + fragments.count)
    for index in 0..<fragments.count {
      let start = index * fragments.length
      // S: the start of partition 0, which is the start of the frame when partitions are not sent apart.
      list.append(index == 0 ? 0x10 : 0)
      list.append(data.extracting(start..<min(start + fragments.length, data.byteCount)))
      list.endPayload()
    }
    return PacketizedFrame(
      stream: stream, timestamp: timestamp, due: due, isKeyFrame: isKeyFrame, payloads: list)
  }
}
