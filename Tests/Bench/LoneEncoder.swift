import Dispatch
import FFmpeg
import Media

/// The encoder of one preset with pictures that need no more work, on a thread of its own.
///
/// `@unchecked Sendable`: after `init` everything is touched on `queue` only.
final class LoneEncoder: @unchecked Sendable {
  private let queue = DispatchQueue(label: "encoder")
  private let pictures: [VideoFrame]
  private var encoder: Encoder
  private var count = 0

  init(pictures: [VideoFrame]) throws {
    guard let first = pictures.first, let rate = Rational(30, 1) else { throw BenchError("nothing to encode") }
    self.pictures = pictures
    encoder = try Encoder(
      EncoderConfiguration(codec: .h264, size: first.size, framerate: rate, bitrate: 4_000_000))
  }

  /// Encodes the next picture, and then calls `done`.
  func encodeNext(_ done: @escaping @Sendable () -> Void) {
    queue.async { [self] in
      // Forth and back, so that the picture moves but never jumps.
      let turn = count % max(1, 2 * (pictures.count - 1))
      let picture = pictures[turn < pictures.count ? turn : 2 * (pictures.count - 1) - turn]
      _ = try? encoder.encode(picture, time: MediaTime(nanoseconds: Int64(count) * 33_333_333))
      count += 1
      done()
    }
  }
}
