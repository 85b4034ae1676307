/// A place in an image, whatever its resolution: x from 0 (left edge) to 1 (right edge), y from 0 (top) to 1 (bottom).
///
/// The centre of pixel (i, j) of a w × h picture is ((i + 0.5) / w, (j + 0.5) / h).
public struct ImagePoint: Hashable, Sendable {
  public var x: Double
  public var y: Double

  public init(x: Double, y: Double) {
    self.x = x
    self.y = y
  }
}

/// A rectangle of a source's picture within which it goes on smoothly: the whole picture, a face of a cube, the half of
/// one lens.
public struct Face: Hashable, Sendable {
  /// Which of the source's pictures it is in: 0, or 1 where there are two.
  public var picture = 0
  /// Its top left corner and its size, in the terms of `ImagePoint`.
  public var x: Double
  public var y: Double
  public var width: Double
  public var height: Double

  public init(picture: Int = 0, x: Double, y: Double, width: Double, height: Double) {
    self.picture = picture
    self.x = x
    self.y = y
    self.width = width
    self.height = height
  }

  public static let whole = Face(x: 0, y: 0, width: 1, height: 1)

  func contains(_ point: ImagePoint) -> Bool {
    point.x >= x && point.x <= x + width && point.y >= y && point.y <= y + height
  }
}

/// A point of a picture, and the face that it is on.
public struct ImagePlace: Hashable, Sendable {
  public var point: ImagePoint
  /// An index of `Projection.faces`.
  public var face: Int

  public init(_ point: ImagePoint, face: Int = 0) {
    self.point = point
    self.face = face
  }
}

/// A second place that shows a direction, where pictures overlap.
public struct Overlap: Hashable, Sendable {
  public var place: ImagePlace
  /// How much of it is seen: 0…1.
  public var weight: Double

  public init(place: ImagePlace, weight: Double) {
    self.place = place
    self.weight = weight
  }
}

/// How a picture shows the directions around a camera: place in the picture ⇄ unit vector.
///
/// A new projection is a new file that implements this. What lies beyond the border of a face, its formula says: the
/// direction of a point just outside is shown by another face, or on the other side of the same one.
public protocol Projection: Sendable, Hashable {
  /// What the picture is made of; one at least, and the same for ever.
  var faces: [Face] { get }

  /// The unit vector that an image point shows, by the formula of a face, which goes on beyond its borders; nil where
  /// nothing is shown.
  func direction(of point: ImagePoint, on face: Int) -> Vector3?

  /// Where the picture shows a direction, which need not be of length 1; nil if it does not.
  func place(towards direction: Vector3) -> ImagePlace?

  /// Whether a face shows something at a point within its rectangle: a lens draws a circle into it.
  func shows(_ point: ImagePoint, on face: Int) -> Bool

  /// Whether there are directions with a second place.
  var hasOverlaps: Bool { get }

  /// The second place of a direction, if it has one.
  func overlap(towards direction: Vector3) -> Overlap?

  /// The lens through which this picture is seen, forward, whatever a camera was told: that of a flat picture. nil: any.
  func ownLens(aspectRatio: Double) -> Rectilinear?
}

extension Projection {
  public var faces: [Face] { [.whole] }
  public func shows(_ point: ImagePoint, on face: Int) -> Bool { true }
  public var hasOverlaps: Bool { false }
  public func overlap(towards direction: Vector3) -> Overlap? { nil }
  public func ownLens(aspectRatio: Double) -> Rectilinear? { nil }

  /// The unit vector that an image point shows; nil where the picture shows nothing.
  public func direction(of point: ImagePoint) -> Vector3? {
    let faces = faces
    let face = faces.count == 1 ? 0 : faces.firstIndex { $0.contains(point) }
    return face.flatMap { shows(point, on: $0) ? direction(of: point, on: $0) : nil }
  }

  /// Where the picture shows a direction, if it does.
  public func point(towards direction: Vector3) -> ImagePoint? { place(towards: direction)?.point }
}
