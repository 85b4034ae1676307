/// The two pictures of a GoPro MAX file: equi-angular faces of a cube, left, front and right in the first, down, back and
/// up in the second, where they lie on their sides as in `Cubemap.equiangular`.
///
/// A face at the side was seen by two lenses, and is stored wider by what both saw: columns of the one, then columns of the
/// other, with the strip that both saw in the middle of each. So it is two faces here that overlap, and are mixed over that
/// strip. (Nobody documents this; it was measured on cameras' files.)
public struct GoProMax: Projection {
  public let faces: [Face]
  /// The cube, each of whose cells is a whole picture.
  private let cube: Cubemap
  /// What two lenses saw, as a part of the side of a face.
  private let overlap: Double
  private let pictures: Int

  /// Left, front and right of a row: which of `faces` a column belongs to first.
  private static let firstFaces = [0, 2, 3]

  /// - Parameters:
  ///   - width: Of a picture, in pixels; more than three times `height`.
  ///   - overlap: How many columns of a face at the side were seen by two lenses, less than there are.
  ///   - pictures: 1 where the second is missing: what it would show is black.
  public init(width: Int, height: Int, overlap: Int, pictures: Int = 2) {
    // What makes no sense is taken for no overlap.
    let side = max(Double(width - height) / 2, 1)
    let both = min(max(Double(overlap), 0), side / 2)
    let unique = side - both
    let (wide, half) = (Double(max(width, 1)), (unique + both) / 2)
    self.overlap = both / unique
    self.pictures = pictures
    faces = (0..<2).flatMap { picture in
      [(0, half), (half, half), (side, wide - 2 * side), (wide - side, half), (wide - half, half)].map {
        start, length in
        Face(picture: min(picture, pictures - 1), x: start / wide, y: 0, width: length / wide, height: 1)
      }
    }
    cube = Cubemap(
      faces: Array(repeating: .whole, count: 6), cells: Cubemap.equiangularCells, spacing: .equiangular)
  }

  /// The cell of a face, and where it begins and how long it is of the cell's width: 0…1.
  private func part(of face: Int) -> (cell: Int, start: Double, length: Double) {
    let row = face / 5 * 3
    // Of the two halves of a face, each has half of it and half of what both see.
    let half = (1 + overlap) / 2
    switch face % 5 {
    case 0: return (row, 0, half)
    case 1: return (row, 1 - half, half)
    case 2: return (row + 1, 0, 1)
    case 3: return (row + 2, 0, half)
    default: return (row + 2, 1 - half, half)
    }
  }

  private func place(_ point: ImagePoint, on face: Int) -> ImagePlace {
    let (area, part) = (faces[face], part(of: face))
    return ImagePlace(
      ImagePoint(x: area.x + (point.x - part.start) / part.length * area.width, y: point.y), face: face)
  }

  public func direction(of point: ImagePoint, on face: Int) -> Vector3? {
    guard pictures == 2 || face < 5 else { return nil }
    let (area, part) = (faces[face], part(of: face))
    let x = part.start + (point.x - area.x) / area.width * part.length
    return cube.direction(of: ImagePoint(x: x, y: point.y), on: part.cell)
  }

  public func shows(_ point: ImagePoint, on face: Int) -> Bool { pictures == 2 || face < 5 }

  public func place(towards direction: Vector3) -> ImagePlace? {
    guard let found = cube.place(towards: direction) else { return nil }
    let row = found.face / 3
    guard row < pictures else { return nil }
    let first = row * 5 + Self.firstFaces[found.face % 3]
    let isSecondHalf = found.face % 3 != 1 && found.point.x >= 0.5
    return place(found.point, on: isSecondHalf ? first + 1 : first)
  }

  public var hasOverlaps: Bool { overlap > 0 }

  public func overlap(towards direction: Vector3) -> Overlap? {
    guard let found = cube.place(towards: direction), found.face % 3 != 1, found.face / 3 < pictures else { return nil }
    // How far it is from the strip's middle, of the strip: −½…½.
    let distance = (found.point.x - 0.5) / overlap
    let weight = 0.5 - abs(distance)
    guard weight > 0 else { return nil }
    let first = found.face / 3 * 5 + Self.firstFaces[found.face % 3]
    return Overlap(place: place(found.point, on: distance < 0 ? first + 1 : first), weight: weight)
  }
}
