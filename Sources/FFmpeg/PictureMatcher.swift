import CFFmpeg
import Media

/// Makes one picture like another: what is to be projected together has one size, layout and colour.
///
/// Sendable: it has one owner, and libswscale does not tie a context to a thread.
public struct PictureMatcher: ~Copyable, @unchecked Sendable {
  private var scaler = Scaler(flags: SWS_BILINEAR | SWS_ACCURATE_RND)
  private var pool: VideoFramePool?

  public init() {}

  /// `frame` itself where it is like `other`, or a copy that is. `other` must have a layout.
  public mutating func match(_ frame: VideoFrame, to other: VideoFrame) throws(MediaError) -> VideoFrame {
    guard let layout = other.layout, frame.hasSamples else { return frame }
    guard frame.layout != layout || frame.size != other.size || frame.colour != other.colour else { return frame }
    let result = try pool.of(other.size, layout, other.colour).makeFrame(carryingTimesOf: frame)
    try scaler.scale(frame, into: result.pointer, colour: other.colour)
    return result
  }
}
