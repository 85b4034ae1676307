import FFmpeg
import Media
import SphericalVideo

/// What the pictures of a view are drawn with, as long as its source's are of one kind.
///
/// HDR is projected to 10 bits and tone-mapped from there to 8: that costs the view's pixels and not the source's, and
/// nothing is rounded twice.
struct ViewDrawing {
  private let colour: ColourDescription
  private let pool: PicturePool
  private let tone: (map: ToneMap, projected: PicturePool)?

  init(for frame: VideoFrame, size: VideoSize) {
    colour = frame.colour
    pool = PicturePool(size: size, colour: colour.shown)
    tone = ToneMap.Source(frame).map { source in
      (ToneMap(source), PicturePool(size: size, layout: .yuv420p10, colour: frame.colour))
    }
  }

  /// Whether it is for frames like this one.
  func isFor(_ frame: VideoFrame) -> Bool { colour == frame.colour && tone?.map.source == ToneMap.Source(frame) }

  /// A picture of what `project` draws into the planes that it is given.
  func makePicture(_ project: (PlanarPicture) -> Void) -> Picture {
    let picture = pool.makePicture()
    unsafe picture.withPicture { target in
      guard let tone else { return unsafe project(target) }
      unsafe tone.projected.makePicture().withPicture { projected in
        unsafe project(projected)
        unsafe tone.map.apply(projected, into: target)
      }
    }
    return picture
  }
}

extension ColourDescription {
  /// The colours of a view of a source in these.
  var shown: ColourDescription { isHDR ? .bt709 : self }
}

extension ToneMap.Source {
  fileprivate init?(_ frame: VideoFrame) {
    self.init(frame.colour, peak: frame.peakLuminance, isOf8Bits: frame.layout?.bytesPerSample == 1)
  }
}
