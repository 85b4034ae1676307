/// What the shape of a picture is known by.
public enum ShapeOrigin: String, Hashable, Sendable, Codable {
  /// Somebody said so.
  case override
  /// Spherical Video V2, and V1.
  case v2
  case v1
  /// Apple's boxes, or others of the container's.
  case vexu
  case matroska
  /// The XMP of a still panorama.
  case gpano
  /// What a camera wrote behind its pictures.
  case trailer
  case pixels
  /// The name of the file.
  case name
  /// Nothing: it is a guess.
  case none
}

/// What a picture is taken for, for programs.
public struct ShapeReport: Hashable, Sendable, Codable {
  public var projection: ShapeName
  public var stereo: StereoLayout
  public var eye: Eye
  public var origin: ShapeOrigin
  /// How sure it is: 0…1.
  public var confidence: Double

  public init(
    projection: ShapeName, stereo: StereoLayout, eye: Eye, origin: ShapeOrigin, confidence: Double
  ) {
    self.projection = projection
    self.stereo = stereo
    self.eye = eye
    self.origin = origin
    self.confidence = confidence
  }
}
