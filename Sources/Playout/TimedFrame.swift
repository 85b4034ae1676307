import FFmpeg
import Media
import SphericalVideo

/// A decoded picture with its place on the time line, and what it is a picture of.
public struct TimedFrame: Sendable {
  public var frame: VideoFrame
  /// The other picture of a source that has two, of the same size and layout.
  public var second: VideoFrame?
  public var time: MediaTime
  public var view: SourceView

  public init(frame: VideoFrame, second: VideoFrame? = nil, time: MediaTime, view: SourceView) {
    self.frame = frame
    self.second = second
    self.time = time
    self.view = view
  }

  /// How the sphere lies in the part of the picture that is projected.
  public var geometry: SourceGeometry { view.geometry }

  /// Shows the parts that are projected, of both pictures: twice the same where there is one.
  func withPictures<Result>(_ body: (_ first: PlanarPicture, _ second: PlanarPicture) -> Result) -> Result {
    unsafe frame.withPicture { first in
      let first = unsafe first.cropped(to: view.region)
      guard let second else { return unsafe body(first, first) }
      return unsafe second.withPicture { unsafe body(first, $0.cropped(to: view.region)) }
    }
  }
}

/// What the frames of a source have in common: shared by them, so that comparing two is comparing references.
public final class SourceView: Sendable {
  /// The part of a frame that is projected.
  public let region: PictureRegion
  /// How the sphere lies in that part.
  public let geometry: SourceGeometry

  public init(region: PictureRegion, geometry: SourceGeometry) {
    self.region = region
    self.geometry = geometry
  }
}

/// A rectangle of a picture, in luma samples; its corner is even in both directions.
public struct PictureRegion: Hashable, Sendable {
  public var x: Int
  public var y: Int
  public var size: VideoSize

  public init(x: Int, y: Int, size: VideoSize) {
    precondition(x >= 0 && y >= 0 && x.isMultiple(of: 2) && y.isMultiple(of: 2), "chroma would be cut in two")
    self.x = x
    self.y = y
    self.size = size
  }
}

extension PlanarPicture {
  /// The part of this picture that `region` says, which must lie within it.
  func cropped(to region: PictureRegion) -> PlanarPicture {
    unsafe precondition(region.x + region.size.width <= size.width && region.y + region.size.height <= size.height)
    var part = unsafe self
    unsafe part.size = region.size
    unsafe part.luma.base += region.y * luma.stride + region.x * layout.bytesPerSample
    // Half as many samples of chroma; the pairs of a semi-planar one are twice as wide again.
    let chromaX = unsafe layout.isSemiPlanar ? region.x : region.x / 2
    unsafe part.cb.base += region.y / 2 * cb.stride + chromaX * layout.bytesPerSample
    unsafe part.cr.base += region.y / 2 * cr.stride + chromaX * layout.bytesPerSample
    return unsafe part
  }
}
