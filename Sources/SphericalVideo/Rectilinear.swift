import Glibc

/// What a lens without distortion shows: straight lines stay straight.
public struct Rectilinear: Projection {
  /// The angle between the directions at the middle of the left edge and at the middle of the right edge.
  public let horizontalFieldOfView: Angle
  /// Width by height.
  public let aspectRatio: Double
  private let halfWidth: Double
  private let halfHeight: Double

  /// - Precondition: 0° < `horizontalFieldOfView` < 180°, `aspectRatio` > 0.
  public init(horizontalFieldOfView: Angle, aspectRatio: Double) {
    precondition(
      horizontalFieldOfView.radians > 0 && horizontalFieldOfView.radians < .pi && aspectRatio > 0,
      "a flat picture shows less than half of the world")
    self.horizontalFieldOfView = horizontalFieldOfView
    self.aspectRatio = aspectRatio
    halfWidth = tan(horizontalFieldOfView.radians / 2)
    halfHeight = halfWidth / aspectRatio
  }

  public func direction(of point: ImagePoint, on face: Int = 0) -> Vector3? {
    Vector3(x: (point.x * 2 - 1) * halfWidth, y: (1 - point.y * 2) * halfHeight, z: -1).normalized
  }

  public func place(towards direction: Vector3) -> ImagePlace? {
    guard direction.z < 0 else { return nil }
    let x = 0.5 - direction.x / (direction.z * halfWidth) / 2
    let y = 0.5 + direction.y / (direction.z * halfHeight) / 2
    return x >= 0 && x <= 1 && y >= 0 && y <= 1 ? ImagePlace(ImagePoint(x: x, y: y)) : nil
  }
}
