import SansIO

/// A coded picture that arrived whole.
public struct ReceivedFrame: Sendable {
  /// H.264: an access unit in Annex B form. VP8: a frame.
  public var data: [UInt8]
  public var timestamp: UInt32
  public var isKeyFrame: Bool
  /// The sequence number of its last packet, with the count of wraps above the lower 16 bits.
  public var lastSequenceNumber: Int64
  /// When it was put together.
  public var arrival: Instant
}
