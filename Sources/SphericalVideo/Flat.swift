import Glibc

/// A picture that is no window on a sphere: it is seen whole, with bars beside or above it, wherever a camera looks.
public struct Flat: Projection {
  /// Width by height, as it is to be seen.
  public let aspectRatio: Double

  /// - Precondition: `aspectRatio` > 0.
  public init(aspectRatio: Double) {
    precondition(aspectRatio > 0 && aspectRatio.isFinite, "a picture has a width and a height")
    self.aspectRatio = aspectRatio
  }

  public func direction(of point: ImagePoint, on face: Int = 0) -> Vector3? {
    Vector3(x: (point.x * 2 - 1) * aspectRatio, y: 1 - point.y * 2, z: -1).normalized
  }

  public func place(towards direction: Vector3) -> ImagePlace? {
    guard direction.z < 0 else { return nil }
    let x = 0.5 - direction.x / (direction.z * aspectRatio) / 2
    let y = 0.5 + direction.y / direction.z / 2
    return x >= 0 && x <= 1 && y >= 0 && y <= 1 ? ImagePlace(ImagePoint(x: x, y: y)) : nil
  }

  public func ownLens(aspectRatio window: Double) -> Rectilinear? {
    let halfWidth = max(window, aspectRatio)
    return Rectilinear(horizontalFieldOfView: .radians(2 * atan(halfWidth)), aspectRatio: window)
  }
}
