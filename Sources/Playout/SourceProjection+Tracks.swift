import FFmpeg
import Media
import SphericalMetadata

extension SourceProjection {
  /// Settles what is in which track, once it is known which there are.
  ///
  /// - Parameters:
  ///   - size: of the stored pictures.
  ///   - depth: bits a sample.
  mutating func settle(_ pair: TrackPair?, size: VideoSize, depth: Int) {
    if stereo == .twoTracks, pair == nil {
      stereo = .mono
      notes.append("for there is one track")
    }
    switch shape {
    case .goproMax:
      shape = .goproMax(tracks: pair == nil ? 1 : 2, overlap: Self.goproOverlap(width: size.width, depth: depth))
      if pair == nil { notes.append("its second track is missing") }
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
