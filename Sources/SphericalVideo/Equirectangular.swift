import Glibc

/// Longitude across and latitude down, each at constant scale: the usual 2:1 panorama.
///
/// The middle of the picture is forward, its left and right edges are both backward.
public struct Equirectangular: Projection {
  /// How the camera was turned while it took the picture, if the file says so: a direction d of the upright world is at
  /// Rᵀ·d in the picture (Spherical Video V2, section "Projection Header").
  public let pose: Orientation
  private let rotation: Rotation?

  public init(pose: Orientation = .forward) {
    self.pose = pose
    rotation = pose == .forward ? nil : Rotation(pose)
  }

  public var edges: ImageEdges { .spherical }

  public func direction(of point: ImagePoint) -> Vector3? {
    let longitude = (point.x * 2 - 1) * .pi
    let latitude = (0.5 - point.y) * .pi
    let across = cos(latitude)
    let direction = Vector3(x: across * sin(longitude), y: sin(latitude), z: -across * cos(longitude))
    return rotation?.rotated(direction) ?? direction
  }

  public func point(towards direction: Vector3) -> ImagePoint? {
    let d = rotation?.inverted(direction) ?? direction
    let longitude = atan2(d.x, -d.z)
    let latitude = atan2(d.y, (d.x * d.x + d.z * d.z).squareRoot())
    return ImagePoint(x: longitude / (2 * .pi) + 0.5, y: 0.5 - latitude / .pi)
  }
}
