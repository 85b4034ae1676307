import FFmpeg
import Media
import SphericalMetadata
import SphericalVideo

/// What is made of a picture: which part of it is looked at, and as what.
package struct SourceProjection: Sendable, CustomStringConvertible {
  /// Of a stereoscopic picture one eye is shown.
  package enum Eye: Hashable, Sendable {
    case whole
    case upperHalf
    case leftHalf
  }

  package var projection: any Projection
  package var eye: Eye
  /// In words, for people: what is shown, and what that rests on.
  package var description: String

  package init(projection: any Projection, eye: Eye, description: String) {
    self.projection = projection
    self.eye = eye
    self.description = description
  }

  /// From what a file says. A projection that is not known here is shown as the panorama it is not, and it says so.
  package init(_ metadata: SphericalMetadata?) {
    guard let metadata else {
      projection = Equirectangular()
      eye = .whole
      description = "equirectangular (a guess: the file does not say)"
      return
    }
    var words: [String]
    switch metadata.projection {
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
    projection = Equirectangular(pose: .pose(yaw: pose.yaw, pitch: pose.pitch, roll: pose.roll))
    description = words.joined(separator: ", ") + " (\(Self.words(for: metadata.origin)))"
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

  /// The part of a picture of `size` that is looked at.
  package func region(of size: VideoSize) -> PictureRegion {
    let part =
      switch eye {
      case .whole: size
      case .upperHalf: VideoSize(width: size.width, height: max(size.height / 2, 1))
      case .leftHalf: VideoSize(width: max(size.width / 2, 1), height: size.height)
      }
    return PictureRegion(x: 0, y: 0, size: part)
  }
}
