import Media

/// A projection whose pictures are stored turned or mirrored.
public struct Turned<Base: Projection>: Projection {
  public let base: Base
  public let turn: PictureTurn

  public init(_ base: Base, by turn: PictureTurn) {
    self.base = base
    self.turn = turn
  }

  public var faces: [Face] {
    base.faces.map { face in
      let (a, b) = (
        turn.stored(x: face.x, y: face.y), turn.stored(x: face.x + face.width, y: face.y + face.height)
      )
      return Face(
        picture: face.picture, x: min(a.x, b.x), y: min(a.y, b.y), width: abs(b.x - a.x), height: abs(b.y - a.y))
    }
  }

  private func upright(_ point: ImagePoint) -> ImagePoint {
    let (x, y) = turn.upright(x: point.x, y: point.y)
    return ImagePoint(x: x, y: y)
  }

  private func stored(_ place: ImagePlace) -> ImagePlace {
    let (x, y) = turn.stored(x: place.point.x, y: place.point.y)
    return ImagePlace(ImagePoint(x: x, y: y), face: place.face)
  }

  public func direction(of point: ImagePoint, on face: Int) -> Vector3? {
    base.direction(of: upright(point), on: face)
  }

  public func place(towards direction: Vector3) -> ImagePlace? { base.place(towards: direction).map(stored) }

  public func shows(_ point: ImagePoint, on face: Int) -> Bool { base.shows(upright(point), on: face) }

  public var hasOverlaps: Bool { base.hasOverlaps }

  public func overlap(towards direction: Vector3) -> Overlap? {
    base.overlap(towards: direction).map { Overlap(place: stored($0.place), weight: $0.weight) }
  }

  public func ownLens(aspectRatio: Double) -> Rectilinear? { base.ownLens(aspectRatio: aspectRatio) }
}

extension Projection {
  /// Of pictures that are to be turned so to be upright.
  public func stored(by turn: PictureTurn) -> any Projection { turn == .none ? self : Turned(self, by: turn) }
}
