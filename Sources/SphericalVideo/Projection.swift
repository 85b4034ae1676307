/// A place in an image, whatever its resolution: x from 0 (left edge) to 1 (right edge), y from 0 (top) to 1 (bottom).
///
/// The centre of pixel (i, j) of a w × h picture is ((i + 0.5) / w, (j + 0.5) / h).
public struct ImagePoint: Hashable, Sendable {
  public var x: Double
  public var y: Double

  public init(x: Double, y: Double) {
    self.x = x
    self.y = y
  }
}

/// What lies beyond the edge of a picture.
public enum ImageEdges: Hashable, Sendable {
  /// The outermost pixels go on for ever.
  case clamped
  /// The left edge meets the right one; beyond the top or bottom the picture goes on half a turn further, upside down.
  case spherical
  /// The same of a picture that is stored on its side: the top edge meets the bottom one, and beyond left and right it
  /// goes on half a turn further.
  case sphericalOnItsSide
}

/// How a picture shows the directions around a camera: image point ⇄ unit vector.
///
/// A new projection is a new file that implements this.
public protocol Projection: Sendable, Hashable {
  /// The unit vector that an image point shows; nil where the picture shows nothing.
  func direction(of point: ImagePoint) -> Vector3?

  /// Where the picture shows a direction, which need not be of length 1; nil if it does not.
  func point(towards direction: Vector3) -> ImagePoint?

  var edges: ImageEdges { get }
}

extension Projection {
  public var edges: ImageEdges { .clamped }
}
