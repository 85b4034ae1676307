import Glibc

/// Longitude across and latitude down, each at constant scale: the usual 2:1 panorama, or a part of it.
///
/// The middle of the full panorama is forward, its left and right edges are both backward.
public struct Equirectangular: Projection {
  /// How much of the full panorama lies outside of the picture at each edge, as a fraction of the panorama's size
  /// (Spherical Video V2, "Equirectangular Projection").
  public struct Bounds: Hashable, Sendable {
    public var top: Double
    public var bottom: Double
    public var left: Double
    public var right: Double

    /// - Precondition: something is left of it.
    public init(top: Double = 0, bottom: Double = 0, left: Double = 0, right: Double = 0) {
      precondition(
        min(top, bottom, left, right) >= 0 && top + bottom < 1 && left + right < 1, "nothing is left of the panorama")
      self.top = top
      self.bottom = bottom
      self.left = left
      self.right = right
    }

    public static let full = Bounds()
    /// The front half, of 180° (VR180).
    public static let half = Bounds(left: 0.25, right: 0.25)
  }

  public let bounds: Bounds
  /// Of the picture, as a part of the panorama.
  private let width: Double
  private let height: Double

  public init(bounds: Bounds = .full) {
    self.bounds = bounds
    width = 1 - bounds.left - bounds.right
    height = 1 - bounds.top - bounds.bottom
  }

  public func direction(of point: ImagePoint, on face: Int = 0) -> Vector3? {
    let longitude = ((bounds.left + point.x * width) * 2 - 1) * .pi
    let latitude = (0.5 - bounds.top - point.y * height) * .pi
    let across = cos(latitude)
    return Vector3(x: across * sin(longitude), y: sin(latitude), z: -across * cos(longitude))
  }

  public func place(towards d: Vector3) -> ImagePlace? {
    let longitude = atan2(d.x, -d.z)
    let latitude = atan2(d.y, (d.x * d.x + d.z * d.z).squareRoot())
    let x = (longitude / (2 * .pi) + 0.5 - bounds.left) / width
    let y = (0.5 - latitude / .pi - bounds.top) / height
    guard x >= 0, x <= 1, y >= 0, y <= 1 else { return nil }
    return ImagePlace(ImagePoint(x: x, y: y))
  }
}
