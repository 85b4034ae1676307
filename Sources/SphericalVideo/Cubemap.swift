import Glibc

/// The six faces of a cube, beside and below each other.
///
/// Names and directions are those of ffmpeg's `v360`: a face is seen from inside; looking forward, `right` is to the
/// right and `up` above; up and down are seen when one looks up or down from forward.
public struct Cubemap: Projection {
  public enum Side: Hashable, Sendable, CaseIterable {
    case right, left, up, down, front, back
  }

  /// What is in a cell: a side of the cube, turned clockwise by so many quarters.
  public struct Cell: Hashable, Sendable {
    public var side: Side
    public var quarters: Int

    public init(_ side: Side, quarters: Int = 0) {
      self.side = side
      self.quarters = quarters & 3
    }
  }

  /// How far apart equal angles are on a face.
  public enum Spacing: Hashable, Sendable {
    /// As a lens without distortion shows them.
    case rectilinear
    /// All the same: the face's coordinate is 4/π · atan of the other's (EAC).
    case equiangular
  }

  public let faces: [Face]
  private let cells: [Cell]
  private let spacing: Spacing
  /// The face of each side, in the order of `Side.allCases`.
  private let faceOfSide: [Int]

  /// - Parameters:
  ///   - columns: How many cells are beside each other.
  ///   - cells: Six, one for each side, row by row.
  ///   - padding: What of each cell at its edges does not belong to its face, as parts of the cell.
  public init(columns: Int, cells: [Cell], spacing: Spacing = .rectilinear, padding: (x: Double, y: Double) = (0, 0)) {
    let (width, height) = (1 / Double(columns), Double(columns) / 6)
    let (x, y) = (max(0, min(padding.x, 0.49)), max(0, min(padding.y, 0.49)))
    self.init(
      faces: cells.indices.map {
        Face(
          x: (Double($0 % columns) + x) * width, y: (Double($0 / columns) + y) * height, width: width * (1 - 2 * x),
          height: height * (1 - 2 * y))
      }, cells: cells, spacing: spacing)
  }

  /// - Precondition: `faces` and `cells` are six, one for each side.
  public init(faces: [Face], cells: [Cell], spacing: Spacing) {
    precondition(faces.count == 6 && Set(cells.map(\.side)).count == 6, "a cube has six faces")
    self.faces = faces
    self.cells = cells
    self.spacing = spacing
    faceOfSide = Side.allCases.map { side in cells.firstIndex { $0.side == side }! }
  }

  /// Right, left, up; down, front, back: `v360`'s `c3x2`.
  public static func threeByTwo(padding: (x: Double, y: Double) = (0, 0)) -> Cubemap {
    Cubemap(columns: 3, cells: Side.allCases.map { Cell($0) }, padding: padding)
  }

  /// The same in one row: `c6x1`.
  public static func sixByOne(padding: (x: Double, y: Double) = (0, 0)) -> Cubemap {
    Cubemap(columns: 6, cells: Side.allCases.map { Cell($0) }, padding: padding)
  }

  /// The same in one column: `c1x6`.
  public static func oneBySix(padding: (x: Double, y: Double) = (0, 0)) -> Cubemap {
    Cubemap(columns: 1, cells: Side.allCases.map { Cell($0) }, padding: padding)
  }

  /// What is where in equi-angular pictures, row by row.
  static let equiangularCells = [
    Cell(.left), Cell(.front), Cell(.right), Cell(.down, quarters: 3), Cell(.back, quarters: 1), Cell(.up, quarters: 3),
  ]

  /// YouTube's, and `v360`'s `eac`: left, front, right; below them down, back, up, lying on their sides. Two pixels at
  /// the picture's left and right edges, and at the upper and lower edge of each row, belong to no face.
  public static func equiangular(pixelsWide width: Int, high height: Int) -> Cubemap {
    // What is too small for that has no such edges.
    let (x, y) = (width >= 24 ? 2 / Double(width) : 0, height >= 16 ? 2 / Double(height) : 0)
    let faces = (0..<6).map { index in
      Face(
        x: Double(index % 3) * (1 - 2 * x) / 3 + x, y: Double(index / 3) / 2 + y, width: (1 - 2 * x) / 3,
        height: 0.5 - 2 * y)
    }
    return Cubemap(faces: faces, cells: equiangularCells, spacing: .equiangular)
  }

  public func direction(of point: ImagePoint, on face: Int) -> Vector3? {
    let (area, cell) = (faces[face], cells[face])
    var u = (point.x - area.x) / area.width * 2 - 1
    var v = (point.y - area.y) / area.height * 2 - 1
    if spacing == .equiangular { (u, v) = (tan(u * .pi / 4), tan(v * .pi / 4)) }
    switch cell.quarters {
    case 1: (u, v) = (v, -u)
    case 2: (u, v) = (-u, -v)
    case 3: (u, v) = (-v, u)
    default: break
    }
    let direction =
      switch cell.side {
      case .right: Vector3(x: 1, y: -v, z: u)
      case .left: Vector3(x: -1, y: -v, z: -u)
      case .up: Vector3(x: u, y: 1, z: -v)
      case .down: Vector3(x: u, y: -1, z: v)
      case .front: Vector3(x: u, y: -v, z: -1)
      case .back: Vector3(x: -u, y: -v, z: 1)
      }
    return direction.normalized
  }

  public func place(towards d: Vector3) -> ImagePlace? {
    let (side, u, v) = Self.side(towards: d)
    let face = faceOfSide[side.index]
    let area = faces[face]
    var place = (u, v)
    if spacing == .equiangular { place = (atan(u) * 4 / .pi, atan(v) * 4 / .pi) }
    switch cells[face].quarters {
    case 1: place = (-place.1, place.0)
    case 2: place = (-place.0, -place.1)
    case 3: place = (place.1, -place.0)
    default: break
    }
    return ImagePlace(
      ImagePoint(
        x: area.x + (place.0 + 1) / 2 * area.width, y: area.y + (place.1 + 1) / 2 * area.height), face: face)
  }

  /// The side that a direction goes through, and where: −1…1 to the right and down.
  static func side(towards d: Vector3) -> (side: Side, u: Double, v: Double) {
    let (x, y, z) = (abs(d.x), abs(d.y), abs(d.z))
    if z >= x, z >= y { return d.z < 0 ? (.front, d.x / z, -d.y / z) : (.back, -d.x / z, -d.y / z) }
    if x >= y { return d.x > 0 ? (.right, d.z / x, -d.y / x) : (.left, -d.z / x, -d.y / x) }
    return d.y > 0 ? (.up, d.x / y, -d.z / y) : (.down, d.x / y, d.z / y)
  }
}

extension Cubemap.Side {
  fileprivate var index: Int {
    switch self {
    case .right: 0
    case .left: 1
    case .up: 2
    case .down: 3
    case .front: 4
    case .back: 5
    }
  }
}
