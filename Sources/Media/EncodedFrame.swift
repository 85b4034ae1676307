/// One coded picture of one preset: immutable, and shared by everybody who sends it.
public final class EncodedFrame: Sendable {
  /// H.264: an access unit in Annex B form, parameter sets in band before each IDR picture. VP8: one frame.
  public let data: [UInt8]
  public let codec: VideoCodec
  /// When the picture is due on the media time line.
  public let time: MediaTime
  public let isKeyFrame: Bool
  /// When the encoder gave it out, in nanoseconds of the monotonic clock; for measuring only.
  public let encodedAt: Int64

  public init(data: [UInt8], codec: VideoCodec, time: MediaTime, isKeyFrame: Bool, encodedAt: Int64) {
    self.data = data
    self.codec = codec
    self.time = time
    self.isKeyFrame = isKeyFrame
    self.encodedAt = encodedAt
  }
}
