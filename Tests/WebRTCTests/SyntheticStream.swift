import Media
import RTP
import SansIO

/// Coded pictures of a made-up stream: the form of H.264 or VP8, with contents that tell one picture from another.
struct SyntheticStream {
  let id: StreamID
  let codec: VideoCodec
  /// 30 frames per second.
  static let interval: UInt32 = 3000
  var timestamp: UInt32
  private var number: UInt8 = 0

  init(_ number: UInt32, codec: VideoCodec = .h264, timestamp: UInt32 = 0) {
    id = StreamID(number)
    self.codec = codec
    self.timestamp = timestamp
  }

  /// The next picture, and its bytes as they should arrive.
  mutating func next(
    isKeyFrame: Bool, size: Int? = nil, due: Instant = Instant(nanoseconds: 0)
  ) -> (frame: PacketizedFrame, data: [UInt8]) {
    let length = size ?? (isKeyFrame ? 15_000 : 4_000)
    number &+= 1
    timestamp &+= Self.interval
    // Never zero, so that no start code comes about.
    let body = (0..<length).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ Int(number) &* 7 &+ Int(id.number)) | 1 }
    let start: [UInt8] = [0, 0, 0, 1]
    let data: [UInt8] =
      switch (codec, isKeyFrame) {
      case (.h264, true):
        start + [0x67, 0x42, 0xE0, 0x1F, 0x55] + start + [0x68, 0xCE, 0x3C, 0x80] + start + [0x65] + body
      case (.h264, false): start + [0x41] + body
      case (.vp8, true): [0x10] + body
      case (.vp8, false): [0x11] + body
      }
    let frame =
      codec == .h264
      ? H264Payloader().payload(data.span.bytes, stream: id, timestamp: timestamp, due: due, isKeyFrame: isKeyFrame)
      : VP8Payloader().payload(data.span.bytes, stream: id, timestamp: timestamp, due: due, isKeyFrame: isKeyFrame)
    return (frame!, data)
  }
}
