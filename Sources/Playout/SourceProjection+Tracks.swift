import FFmpeg
import Media
import SphericalMetadata

extension SourceProjection {
  /// Takes what was said of the picture, and settles what of that is in which track of the file.
  ///
  /// - Parameter pair: The two tracks that are alike, if it has such.
  mutating func apply(_ override: ShapeOverride, to video: VideoStream, pair: TrackPair?) {
    apply(override)
    let size = viewedSize(of: video.size)
    if stereo == .twoTracks, pair == nil {
      stereo = .mono
      note("for there is one track")
    }
    switch shape {
    case .goproMax:
      let overlap = Self.goproOverlap(width: size.width, depth: video.bitDepth)
      shape = .goproMax(tracks: pair == nil ? 1 : 2, overlap: overlap)
      if pair == nil { note("its second track is missing") }
    case .dualFisheye(let degrees, _):
      // One lens draws a circle, two in one picture are twice as wide.
      let isOneLens = 2 * size.width < 3 * size.height
      shape = .dualFisheye(lensFieldOfView: degrees, tracks: pair != nil && isOneLens ? 2 : 1)
    default: break
    }
  }

  /// Whether two tracks of pictures of `size` are those of GoPro's MAX: three faces in a row, those at the sides wider
  /// by half of what two lenses saw.
  static func isGoProMax(_ size: VideoSize) -> Bool {
    let excess = size.width - 3 * size.height
    return excess > 0 && size.height >= 64 && excess.isMultiple(of: 2) && excess * 8 <= size.height
  }

  /// How many columns of a face at the side two lenses saw: measured on cameras' files of 4096 and 2272 columns; of those
  /// with 10 bits it is reported.
  private static func goproOverlap(width: Int, depth: Int) -> Int {
    if depth > 8 { return 96 }
    // What is smaller than any camera's has been made smaller.
    return width >= 3000 ? 64 : min(32, (width * 32 + 1136) / 2272)
  }
}
