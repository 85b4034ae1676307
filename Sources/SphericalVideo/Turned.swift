import Media

/// A projection whose pictures are stored turned or mirrored.
public struct Turned<Base: Projection>: Projection {
  public let base: Base
  public let turn: PictureTurn

  public init(_ base: Base, by turn: PictureTurn) {
    self.base = base
    self.turn = turn
  }

  public func direction(of point: ImagePoint) -> Vector3? {
    let upright = turn.upright(x: point.x, y: point.y)
    return base.direction(of: ImagePoint(x: upright.x, y: upright.y))
  }

  public func point(towards direction: Vector3) -> ImagePoint? {
    guard let point = base.point(towards: direction) else { return nil }
    let stored = turn.stored(x: point.x, y: point.y)
    return ImagePoint(x: stored.x, y: stored.y)
  }

  public var edges: ImageEdges {
    switch base.edges {
    case .clamped: .clamped
    case .spherical: turn.swapsAxes ? .sphericalOnItsSide : .spherical
    case .sphericalOnItsSide: turn.swapsAxes ? .spherical : .sphericalOnItsSide
    }
  }
}

extension Projection {
  /// Of pictures that are to be turned so to be upright.
  public func stored(by turn: PictureTurn) -> any Projection { turn == .none ? self : Turned(self, by: turn) }
}
