/// A projection whose camera was turned: a direction d of the upright world is at Rᵀ·d in the picture (Spherical Video V2,
/// section "Projection Header").
public struct Posed<Base: Projection>: Projection {
  public let base: Base
  private let rotation: Rotation

  public init(_ base: Base, by pose: Orientation) {
    self.base = base
    rotation = Rotation(pose)
  }

  public var faces: [Face] { base.faces }

  public func direction(of point: ImagePoint, on face: Int) -> Vector3? {
    base.direction(of: point, on: face).map(rotation.rotated)
  }

  public func place(towards direction: Vector3) -> ImagePlace? { base.place(towards: rotation.inverted(direction)) }

  public func shows(_ point: ImagePoint, on face: Int) -> Bool { base.shows(point, on: face) }

  public var hasOverlaps: Bool { base.hasOverlaps }

  public func overlap(towards direction: Vector3) -> Overlap? { base.overlap(towards: rotation.inverted(direction)) }

  public func ownLens(aspectRatio: Double) -> Rectilinear? { base.ownLens(aspectRatio: aspectRatio) }
}

extension Projection {
  /// Of a camera that was turned so.
  public func posed(by pose: Orientation) -> any Projection { pose == .forward ? self : Posed(self, by: pose) }
}
