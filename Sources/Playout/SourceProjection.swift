import FFmpeg
import Media
import SphericalMetadata
import SphericalVideo

/// What is made of a picture: which part of it is looked at, how it is turned, and as what it is taken.
package struct SourceProjection: Sendable, CustomStringConvertible {
  /// Of a stereoscopic picture one eye is shown.
  package enum Eye: Hashable, Sendable {
    case whole
    case upperHalf
    case leftHalf
  }

  /// Of the upright picture.
  package var projection: any Projection
  package var eye: Eye
  /// What is cut off the stored picture first.
  package var crop: SphericalMetadata.Crop
  /// How the rest is turned to be upright, unless a picture says otherwise of itself.
  package var turn: PictureTurn
  /// Whether it rests on the picture's shape, or on nothing.
  package var isAssumed = false
  /// In words, for people: what is shown, and what that rests on.
  private var words: [String]
  private var reason: String?

  package init(
    projection: any Projection, eye: Eye, crop: SphericalMetadata.Crop = .none, turn: PictureTurn = .none,
    description: String
  ) {
    self.projection = projection
    self.eye = eye
    self.crop = crop
    self.turn = turn
    words = [description]
  }

  package var description: String {
    let turned = turn == .none ? [] : ["the stored picture \(turn)"]
    return (words + turned).joined(separator: ", ") + (reason.map { " (\($0))" } ?? "")
  }

  /// From what a file says. A projection that is not known here is shown as the panorama it is not, and it says so.
  package init(_ metadata: SphericalMetadata?, turn: PictureTurn = .none) {
    let metadata = metadata ?? SphericalMetadata(projection: .unstated, origin: .assumed)
    var words: [String]
    switch metadata.projection {
    case .unstated: words = ["equirectangular (a guess: the file does not say)"]
    case .equirectangular(let bounds):
      words = ["equirectangular"]
      if bounds != .full { words.append("its bounds ignored") }
    case .cubemap: words = Self.words(forUnsupported: "it is a cubemap")
    case .mesh: words = Self.words(forUnsupported: "it has a mesh of its own")
    case .halfEquirectangular: words = Self.words(forUnsupported: "it is half-equirectangular")
    case .rectilinear: words = Self.words(forUnsupported: "it is flat")
    case .fisheye: words = Self.words(forUnsupported: "it is a fisheye")
    case .other(let name): words = Self.words(forUnsupported: "it is \(name)")
    }
    let pose = metadata.pose
    if pose != .init() { words.append("turned by yaw \(pose.yaw)°, pitch \(pose.pitch)°, roll \(pose.roll)°") }
    switch metadata.stereo {
    case .mono: eye = .whole
    case .topBottom:
      eye = .upperHalf
      words.append("the upper picture of two")
    case .leftRight:
      eye = .leftHalf
      words.append("the left picture of two")
    case .other:
      eye = .whole
      words.append("stereoscopic in a way that is not supported")
    }
    crop = metadata.crop
    if crop != .none {
      words.append("cropped by \(crop.left) left, \(crop.right) right, \(crop.top) above, \(crop.bottom) below")
    }
    self.turn = turn
    self.words = words
    isAssumed = metadata.isAssumed
    reason = metadata.projection == .unstated ? nil : Self.words(for: metadata.origin)
    projection = Equirectangular(pose: .pose(yaw: pose.yaw, pitch: pose.pitch, roll: pose.roll))
  }

  private static func words(forUnsupported shape: String) -> [String] {
    ["shown as equirectangular, though \(shape), which is not supported yet"]
  }

  private static func words(for origin: SphericalMetadata.Origin) -> String {
    switch origin {
    case .sphericalVideoV1: "Spherical Video V1 metadata"
    case .sphericalVideoV2: "Spherical Video V2 metadata"
    case .matroska: "Matroska metadata"
    case .container: "the container's metadata"
    case .assumed: "assumed: the picture is twice as wide as high"
    }
  }

  /// The part of a stored picture of `size` that is looked at, if the picture itself says that it is turned by `turn`.
  package func region(of size: VideoSize, turn: PictureTurn? = nil) -> PictureRegion {
    let turn = turn ?? self.turn
    var (left, right) = (crop.left, size.width - crop.right)
    var (top, bottom) = (crop.top, size.height - crop.bottom)
    // What would leave nothing is ignored.
    if left >= right { (left, right) = (0, size.width) }
    if top >= bottom { (top, bottom) = (0, size.height) }
    if eye != .whole {
      // The far corner of the upright eye, where it is stored.
      let far = turn.stored(x: eye == .leftHalf ? 0.5 : 1, y: eye == .upperHalf ? 0.5 : 1)
      let near = turn.stored(x: 0, y: 0)
      (left, right) = Self.part(left, right, near.x, far.x)
      (top, bottom) = Self.part(top, bottom, near.y, far.y)
    }
    // Chroma is not cut in two.
    if !left.isMultiple(of: 2), left + 1 < right { left += 1 }
    if !top.isMultiple(of: 2), top + 1 < bottom { top += 1 }
    return PictureRegion(
      x: left & ~1, y: top & ~1, size: VideoSize(width: right - (left & ~1), height: bottom - (top & ~1)))
  }

  /// Between two places of an interval, given from 0 to 1; never nothing.
  private static func part(_ start: Int, _ end: Int, _ one: Double, _ other: Double) -> (Int, Int) {
    func place(_ fraction: Double) -> Int { start + Int(Double(end - start) * fraction) }
    let (first, last) = (place(min(one, other)), place(max(one, other)))
    return (min(first, end - 1), max(last, min(first, end - 1) + 1))
  }

  /// The size of what is looked at, upright.
  package func viewedSize(of size: VideoSize) -> VideoSize { turn.turned(region(of: size).size) }
}
