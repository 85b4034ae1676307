import Media

/// Where a camera looks, and through which lens.
public struct CameraView: Hashable, Sendable {
  /// What the lens makes of the world.
  public enum Kind: String, Hashable, Sendable, CaseIterable {
    /// Straight lines stay straight.
    case rectilinear
    /// Circles stay circles: looking down, a little planet.
    case stereographic
    /// The whole world, longitude across and latitude down.
    case equirectangular
    /// The whole world, as the six faces of a cube.
    case cubemap3x2 = "cubemap-3x2"
  }

  public var orientation: Orientation
  /// Horizontal; without a meaning where the whole world is seen.
  public var fieldOfView: Angle
  public var kind: Kind
  /// How the picture is stored that is upright when it is seen: for a screen that hangs turned. Its size is that of what
  /// is stored; the field of view is across the upright one.
  public var turn: PictureTurn

  public init(
    orientation: Orientation = .forward, fieldOfView: Angle = .degrees(90), kind: Kind = .rectilinear,
    turn: PictureTurn = .none
  ) {
    self.orientation = orientation
    self.fieldOfView = fieldOfView
    self.kind = kind
    self.turn = turn
  }

  func lens(aspectRatio: Double) -> any Projection {
    switch kind {
    case .rectilinear: Rectilinear(horizontalFieldOfView: fieldOfView, aspectRatio: aspectRatio)
    case .stereographic: Stereographic(horizontalFieldOfView: fieldOfView, aspectRatio: aspectRatio)
    case .equirectangular: Equirectangular()
    case .cubemap3x2: Cubemap.threeByTwo()
    }
  }
}
