import Media
import SphericalMetadata

extension ShapeOrigin {
  init(_ origin: SphericalMetadata.Origin) {
    self =
      switch origin {
      case .sphericalVideoV1: .v1
      case .sphericalVideoV2: .v2
      case .appleVexu, .container: .vexu
      case .matroska: .matroska
      case .photoSphere: .gpano
      case .insta360: .trailer
      case .name: .name
      case .assumed: .none
      }
  }

  /// "Spherical Video V2 metadata".
  var words: String {
    switch self {
    case .override: "as was said"
    case .v2: "Spherical Video V2 metadata"
    case .v1: "Spherical Video V1 metadata"
    case .vexu: "the container's metadata"
    case .matroska: "Matroska metadata"
    case .gpano: "Photo Sphere metadata"
    case .trailer: "the camera's own data"
    case .pixels: "by its pixels"
    case .name: "by its name"
    case .none: "a guess: nothing says so"
    }
  }
}
