/// Which coded stream a frame belongs to: a camera preset in one codec.
public struct StreamID: Hashable, Sendable {
  public var preset: UInt8
  /// A number for the codec; RTP only compares it.
  public var codec: UInt8

  public init(preset: UInt8, codec: UInt8) {
    self.preset = preset
    self.codec = codec
  }
}
