/// How a view is encoded.
public struct Rendition: Hashable, Sendable {
  public var codec: VideoCodec
  public var size: VideoSize
  /// Frames a second, at most; greater than 0.
  public var framerate: Int
  /// Bits a second.
  public var bitrate: Int
  /// The longest distance of key frames that nobody asked for, in seconds.
  public var keyframeInterval: Double

  public init(
    codec: VideoCodec = .h264, size: VideoSize = VideoSize(width: 1280, height: 720), framerate: Int = 30,
    bitrate: Int = 4_000_000, keyframeInterval: Double = 10
  ) {
    self.codec = codec
    self.size = size
    self.framerate = max(framerate, 1)
    self.bitrate = bitrate
    self.keyframeInterval = keyframeInterval
  }
}
