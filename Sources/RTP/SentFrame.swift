/// Where a frame went in a viewer's stream.
public struct SentFrame: Equatable, Sendable {
  public var stream: StreamID
  public var isKeyFrame: Bool
  /// The RTP time stamp of its packets.
  public var timestamp: UInt32
  public var packetCount: Int
  /// Payload bytes.
  public var byteCount: Int
}
