/// One or two lenses, in one picture or in one each.
///
/// Where two see the same, both are mixed, half and half where both see it at the same angle.
public struct Fisheye: Projection {
  /// Over how much of their overlap two lenses are mixed, at most, to each side: further out they are less sharp.
  public static let maximumBlend = Angle.degrees(5)

  public let lenses: [FisheyeLens]
  private let rotations: [Rotation]
  private let blend: Double

  /// - Precondition: one lens, or two; fields of view above 0°, of 360° at most.
  public init(_ lenses: [FisheyeLens]) {
    precondition(
      (1...2).contains(lenses.count)
        && lenses.allSatisfy { $0.fieldOfView.radians > 0 && $0.fieldOfView.radians <= 2 * .pi }, "one lens, or two")
    self.lenses = lenses
    rotations = lenses.map { Rotation($0.orientation) }
    let overlap = lenses.reduce(-.pi) { $0 + $1.reach }
    blend = lenses.count == 2 ? max(0, min(Self.maximumBlend.radians, overlap / 2)) : 0
  }

  /// Two lenses in one picture as `v360`'s `dfisheye` has them: the right half looks forward, the left one backward.
  public static func dual(aspectRatio: Double = 2, fieldOfView: Angle) -> Fisheye {
    let halves = [Face(x: 0.5, y: 0, width: 0.5, height: 1), Face(x: 0, y: 0, width: 0.5, height: 1)]
    return Fisheye(
      zip(halves, [0.0, 180]).map { half, yaw in
        .inscribed(
          in: half, aspectRatio: aspectRatio, fieldOfView: fieldOfView, orientation: .init(yaw: .degrees(yaw)))
      })
  }

  /// Two lenses in a picture each: the first looks forward, the second backward.
  public static func twoPictures(aspectRatio: Double = 1, fieldOfView: Angle) -> Fisheye {
    Fisheye(
      [0, 1].map { picture in
        .inscribed(
          in: Face(picture: picture, x: 0, y: 0, width: 1, height: 1), aspectRatio: aspectRatio,
          fieldOfView: fieldOfView, orientation: .init(yaw: .degrees(180 * Double(picture))))
      })
  }

  public var faces: [Face] { lenses.map(\.face) }

  public func direction(of point: ImagePoint, on face: Int) -> Vector3? {
    lenses[face].direction(of: point).map(rotations[face].rotated)
  }

  public func shows(_ point: ImagePoint, on face: Int) -> Bool {
    lenses[face].shows(point)
  }

  public func place(towards direction: Vector3) -> ImagePlace? {
    let first = look(towards: direction, through: 0)
    guard lenses.count == 2 else { return first.depth >= 0 ? first.place : nil }
    let second = look(towards: direction, through: 1)
    let best = first.depth >= second.depth ? first : second
    return best.depth >= 0 ? best.place : nil
  }

  public var hasOverlaps: Bool { blend > 0 }

  public func overlap(towards direction: Vector3) -> Overlap? {
    guard hasOverlaps else { return nil }
    let (first, second) = (look(towards: direction, through: 0), look(towards: direction, through: 1))
    // Lenses that do not look exactly apart overlap less at one side than at the other.
    let width = min(Self.maximumBlend.radians, (first.depth + second.depth) / 2)
    guard first.depth >= 0, second.depth >= 0, width > 0 else { return nil }
    let weight = 0.5 - abs(first.depth - second.depth) / 4 / width
    return weight > 0 ? Overlap(place: (first.depth >= second.depth ? second : first).place, weight: weight) : nil
  }

  /// Where each of two lenses shows a direction, or would if it reached as far.
  func places(towards direction: Vector3) -> (ImagePoint, ImagePoint) {
    (look(towards: direction, through: 0).place.point, look(towards: direction, through: lenses.count - 1).place.point)
  }

  /// - Returns: where a lens shows a direction, and how far within its field of view that is, in radians; below zero
  ///   where it shows nothing.
  private func look(towards direction: Vector3, through index: Int) -> (place: ImagePlace, depth: Double) {
    let lens = lenses[index]
    let (point, angle) = lens.look(towards: rotations[index].inverted(direction))
    let depth = lens.reach - angle
    return (ImagePlace(point, face: index), depth >= 0 && !lens.face.contains(point) ? -1 : depth)
  }
}
