import CFFmpeg
import Media

/// Pictures of one size to draw into, as libav takes them; the memory of those that are let go is used again.
///
/// It grows to as many pictures as are held at a time, so it is bounded by the queues they wait in.
public final class VideoFramePool: Sendable {
  private let pictures: PicturePool

  /// The largest width and height of a picture.
  public static let maximumDimension = 16_384

  public init(
    size: VideoSize, layout: PlanarPicture.Layout = .yuv420p, colour: ColourDescription = .bt709
  ) throws(MediaError) {
    let allowed = 1...Self.maximumDimension
    guard allowed.contains(size.width), allowed.contains(size.height) else {
      throw .unsupportedPicture("\(size) pixels")
    }
    pictures = PicturePool(size: size, layout: layout, colour: colour)
  }

  public var size: VideoSize { pictures.size }
  public var layout: PlanarPicture.Layout { pictures.layout }
  public var colour: ColourDescription { pictures.colour }

  /// A picture whose samples are anything: draw all of them.
  public func makeFrame() -> VideoFrame { VideoFrame(drawing: pictures.makePicture()) }

  /// A picture to draw into that is due when `source` is.
  func makeFrame(carryingTimesOf source: VideoFrame) -> VideoFrame {
    VideoFrame(drawing: pictures.makePicture(), timesOf: source.pointer)
  }

  /// A picture for what a device decoded into `surface`.
  func makeFrame(fromDevice surface: UnsafeMutablePointer<AVFrame>) -> VideoFrame {
    VideoFrame(drawing: pictures.makePicture(), timesOf: surface, isFromDevice: true)
  }
}

extension VideoFramePool? {
  /// The pool there is, or where it is of other pictures a new one, which then is there.
  mutating func of(
    _ size: VideoSize, _ layout: PlanarPicture.Layout, _ colour: ColourDescription
  ) throws(MediaError) -> VideoFramePool {
    if let pool = self, pool.size == size, pool.layout == layout, pool.colour == colour { return pool }
    let pool = try VideoFramePool(size: size, layout: layout, colour: colour)
    self = pool
    return pool
  }
}
