import Glibc

/// Conformal: circles stay circles. Looking down with a wide field of view, a "little planet".
public struct Stereographic: Projection {
  /// The angle between the directions at the middle of the left edge and at the middle of the right edge.
  public let horizontalFieldOfView: Angle
  private let halfWidth: Double
  private let halfHeight: Double

  /// - Parameter aspectRatio: width by height.
  /// - Precondition: 0° < `horizontalFieldOfView` < 360°, `aspectRatio` > 0.
  public init(horizontalFieldOfView: Angle, aspectRatio: Double) {
    precondition(
      horizontalFieldOfView.radians > 0 && horizontalFieldOfView.radians < 2 * .pi && aspectRatio > 0,
      "the point behind the camera is infinitely far away")
    self.horizontalFieldOfView = horizontalFieldOfView
    halfWidth = tan(horizontalFieldOfView.radians / 4)
    halfHeight = halfWidth / aspectRatio
  }

  public func direction(of point: ImagePoint, on face: Int = 0) -> Vector3? {
    let (x, y) = ((point.x * 2 - 1) * halfWidth, (1 - point.y * 2) * halfHeight)
    // From the point behind the camera onto the plane through its middle.
    let square = x * x + y * y
    return Vector3(x: 2 * x, y: 2 * y, z: square - 1) * (1 / (1 + square))
  }

  public func place(towards direction: Vector3) -> ImagePlace? {
    let d = direction.normalized
    let scale = 1 / (1 - d.z)
    let x = 0.5 + d.x * scale / halfWidth / 2
    let y = 0.5 - d.y * scale / halfHeight / 2
    return x >= 0 && x <= 1 && y >= 0 && y <= 1 ? ImagePlace(ImagePoint(x: x, y: y)) : nil
  }
}
