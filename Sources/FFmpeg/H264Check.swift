import CFFmpeg
import Glibc
import Media

/// Looks at an encoder's H.264 with the eyes of libavcodec's decoder.
public enum H264Check {
  /// The peak signal-to-noise ratio, in decibels, of the picture that came out worst.
  public static func leastFidelity(of coded: [EncodedFrame], to frames: [VideoFrame]) throws(MediaError) -> Double {
    guard let timeBase = Rational(1, 30) else { preconditionFailure("a thirtieth is no number") }
    var decoder = try Decoder(parameters: CodecParameters(codec: AV_CODEC_ID_H264), timeBase: timeBase)
    var decoded: [VideoFrame] = []
    let packet = Packet()
    for frame in coded {
      try check(av_new_packet(packet.pointer, Int32(frame.data.count)), "copy a packet")
      frame.data.withUnsafeBytes {
        packet.pointer.pointee.data.update(from: $0.baseAddress!.assumingMemoryBound(to: UInt8.self), count: $0.count)
      }
      try decoder.send(packet)
      av_packet_unref(packet.pointer)
      while let picture = try decoder.receive() { decoded.append(picture) }
    }
    try decoder.sendEnd()
    while let picture = try decoder.receive() { decoded.append(picture) }
    guard decoded.count == frames.count else {
      throw .device("\(decoded.count) of \(frames.count) pictures can be decoded")
    }
    return zip(decoded, frames).map { fidelity($0, $1) }.min() ?? 0
  }

  /// Of luma alone, which is where an encoder's errors are seen.
  private static func fidelity(_ one: VideoFrame, _ other: VideoFrame) -> Double {
    guard one.size == other.size else { return 0 }
    return one.withPicture { one in
      other.withPicture { other in
        var squares = 0
        for y in 0..<one.size.height {
          let (a, b) = (one.luma.base + y * one.luma.stride, other.luma.base + y * other.luma.stride)
          for x in 0..<one.size.width {
            let difference =
              Int(a.load(fromByteOffset: x, as: UInt8.self)) - Int(b.load(fromByteOffset: x, as: UInt8.self))
            squares += difference * difference
          }
        }
        let mean = Double(squares) / Double(one.size.width * one.size.height)
        return mean == 0 ? 99 : 10 * log10(255 * 255 / mean)
      }
    }
  }
}
