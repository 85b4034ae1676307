import Glibc

/// One lens, and where its circle lies in a picture.
public struct FisheyeLens: Hashable, Sendable {
  /// The part of the picture that is this lens's.
  public var face: Face
  /// The middle of its circle, in the terms of `ImagePoint`.
  public var centre: ImagePoint
  /// Half of its circle's width, and of its height, at the edge of the field of view.
  public var radius: (x: Double, y: Double) {
    get { (radiusX, radiusY) }
    set { (radiusX, radiusY) = newValue }
  }
  public var fieldOfView: Angle
  /// Where it looks.
  public var orientation: Orientation
  private var radiusX: Double
  private var radiusY: Double

  public init(
    face: Face = .whole, centre: ImagePoint, radius: (x: Double, y: Double), fieldOfView: Angle,
    orientation: Orientation = .forward
  ) {
    self.face = face
    self.centre = centre
    (radiusX, radiusY) = radius
    self.fieldOfView = fieldOfView
    self.orientation = orientation
  }

  /// Whose circle touches the nearer edges of its part of the picture.
  ///
  /// - Parameter aspectRatio: Of the whole picture, as it is to be seen: width by height.
  public static func inscribed(
    in face: Face, aspectRatio: Double, fieldOfView: Angle, orientation: Orientation = .forward
  ) -> FisheyeLens {
    let (width, height) = (face.width * aspectRatio, face.height)
    let diameter = min(width, height)
    return FisheyeLens(
      face: face, centre: ImagePoint(x: face.x + face.width / 2, y: face.y + face.height / 2),
      radius: (face.width / 2 * diameter / width, face.height / 2 * diameter / height), fieldOfView: fieldOfView,
      orientation: orientation)
  }
}

/// One or two lenses of the equidistant model: the distance from the middle of the circle grows with the angle.
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
    let overlap = lenses.reduce(-2 * .pi) { $0 + $1.fieldOfView.radians } / 2
    blend = lenses.count == 2 ? max(0, min(Self.maximumBlend.radians, overlap)) : 0
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
    let lens = lenses[face]
    let x = (point.x - lens.centre.x) / lens.radius.x
    let y = (lens.centre.y - point.y) / lens.radius.y
    let distance = (x * x + y * y).squareRoot()
    let angle = distance * lens.fieldOfView.radians / 2
    let scale = distance > 0 ? sin(angle) / distance : 0
    return rotations[face].rotated(Vector3(x: x * scale, y: y * scale, z: -cos(angle)))
  }

  public func shows(_ point: ImagePoint, on face: Int) -> Bool {
    let lens = lenses[face]
    let x = (point.x - lens.centre.x) / lens.radius.x
    let y = (point.y - lens.centre.y) / lens.radius.y
    return x * x + y * y <= 1
  }

  public func place(towards direction: Vector3) -> ImagePlace? {
    let first = look(towards: direction, through: 0)
    guard lenses.count == 2 else { return first.isSeen ? first.place : nil }
    let second = look(towards: direction, through: 1)
    if first.isSeen, !second.isSeen || first.angle <= second.angle { return first.place }
    return second.isSeen ? second.place : nil
  }

  public var hasOverlaps: Bool { blend > 0 }

  public func overlap(towards direction: Vector3) -> Overlap? {
    guard blend > 0 else { return nil }
    let (first, second) = (look(towards: direction, through: 0), look(towards: direction, through: 1))
    guard first.isSeen, second.isSeen else { return nil }
    let weight = 0.5 - abs(first.angle - second.angle) / 2 / blend / 2
    guard weight > 0 else { return nil }
    return Overlap(place: first.angle <= second.angle ? second.place : first.place, weight: weight)
  }

  /// Where each of two lenses shows a direction, or would if it reached as far.
  func places(towards direction: Vector3) -> (ImagePoint, ImagePoint) {
    (look(towards: direction, through: 0).place.point, look(towards: direction, through: lenses.count - 1).place.point)
  }

  /// - Returns: where a lens shows a direction, how far that is from its axis, and whether it reaches as far.
  private func look(
    towards direction: Vector3, through index: Int
  ) -> (place: ImagePlace, angle: Double, isSeen: Bool) {
    let lens = lenses[index]
    let d = rotations[index].inverted(direction)
    let across = (d.x * d.x + d.y * d.y).squareRoot()
    let angle = atan2(across, -d.z)
    let scale = across > 0 ? angle / (lens.fieldOfView.radians / 2) / across : 0
    let point = ImagePoint(
      x: lens.centre.x + d.x * scale * lens.radius.x, y: lens.centre.y - d.y * scale * lens.radius.y)
    return (ImagePlace(point, face: index), angle, angle <= lens.fieldOfView.radians / 2 && lens.face.contains(point))
  }
}
