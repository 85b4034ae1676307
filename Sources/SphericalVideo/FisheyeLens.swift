import Glibc

/// One lens, and where its circle lies in a picture.
public struct FisheyeLens: Hashable, Sendable {
  /// How far from the middle a direction is seen.
  public enum Model: Hashable, Sendable {
    /// The distance grows with the angle from the axis, to the radius at the edge of the field of view.
    case equidistant
    /// As its maker measured it; its radius is the focal length.
    case unifiedSphere(UnifiedSphere)
  }

  /// The part of the picture that is this lens's, and which picture that is.
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
  public var model: Model
  private var radiusX: Double
  private var radiusY: Double

  public init(
    face: Face = .whole, centre: ImagePoint, radius: (x: Double, y: Double), fieldOfView: Angle,
    orientation: Orientation = .forward, model: Model = .equidistant
  ) {
    self.face = face
    self.centre = centre
    (radiusX, radiusY) = radius
    self.fieldOfView = fieldOfView
    self.orientation = orientation
    self.model = model
  }

  /// How far from its axis it sees, in radians.
  var reach: Double {
    switch model {
    case .equidistant: fieldOfView.radians / 2
    case .unifiedSphere(let sphere): min(fieldOfView.radians / 2, sphere.reach.radians)
    }
  }

  /// What it sees at a point, in its own terms; nil where it sees nothing, were it to go on.
  func direction(of point: ImagePoint) -> Vector3? {
    let x = (point.x - centre.x) / radiusX
    let y = (point.y - centre.y) / radiusY
    switch model {
    case .equidistant:
      let distance = (x * x + y * y).squareRoot()
      let angle = distance * fieldOfView.radians / 2
      let scale = distance > 0 ? sin(angle) / distance : 0
      return Vector3(x: x * scale, y: -y * scale, z: -cos(angle))
    case .unifiedSphere(let sphere):
      guard let d = sphere.direction(of: SIMD2(x, y)) else { return nil }
      return Vector3(x: d.x, y: -d.y, z: -d.z)
    }
  }

  /// Whether it sees something there.
  func shows(_ point: ImagePoint) -> Bool {
    let x = (point.x - centre.x) / radiusX
    let y = (point.y - centre.y) / radiusY
    guard case .unifiedSphere = model else { return x * x + y * y <= 1 }
    guard let d = direction(of: point) else { return false }
    return atan2((d.x * d.x + d.y * d.y).squareRoot(), -d.z) <= reach + 1e-9
  }

  /// Where it shows a direction in its own terms, or would if it reached as far; and how far that is from its axis.
  func look(towards d: Vector3) -> (point: ImagePoint, angle: Double) {
    let across = (d.x * d.x + d.y * d.y).squareRoot()
    let angle = atan2(across, -d.z)
    switch model {
    case .equidistant:
      let scale = across > 0 ? angle / (fieldOfView.radians / 2) / across : 0
      return (ImagePoint(x: centre.x + d.x * scale * radiusX, y: centre.y - d.y * scale * radiusY), angle)
    case .unifiedSphere(let sphere):
      let unit = d.normalized
      let place = sphere.point(towards: Vector3(x: unit.x, y: -unit.y, z: -unit.z))
      return (ImagePoint(x: centre.x + place.x * radiusX, y: centre.y + place.y * radiusY), angle)
    }
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
