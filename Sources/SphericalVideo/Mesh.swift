/// Triangles that say which place of a picture is seen in which direction, as VR180 cameras measure their lenses.
///
/// Straight lines within a triangle stay straight: what is seen in a direction is where it meets the triangle's plane.
public struct Mesh: Projection {
  /// A corner of a triangle.
  public struct Corner: Hashable, Sendable {
    public var direction: Vector3
    public var point: ImagePoint

    public init(direction: Vector3, point: ImagePoint) {
      self.direction = direction
      self.point = point
    }
  }

  public struct Triangle: Hashable, Sendable {
    public var a, b, c: Corner

    public init(_ a: Corner, _ b: Corner, _ c: Corner) { (self.a, self.b, self.c) = (a, b, c) }
  }

  private let triangles: [Triangle]
  /// The triangles that may be met in each part of the sides of a cube, and in each part of the picture.
  private let byDirection: [[Int32]]
  private let byPoint: [[Int32]]

  private static let parts = 32

  /// - Parameter triangles: one at least, of numbers.
  public init(_ triangles: [Triangle]) {
    self.triangles = triangles
    var byDirection = [[Int32]](repeating: [], count: 6 * Self.parts * Self.parts)
    var byPoint = [[Int32]](repeating: [], count: Self.parts * Self.parts)
    for (index, triangle) in triangles.enumerated() {
      let corners = [triangle.a, triangle.b, triangle.c]
      let (columns, rows) = (Self.parts(of: corners.map(\.point.x)), Self.parts(of: corners.map(\.point.y)))
      for row in rows { for column in columns { byPoint[row * Self.parts + column].append(Int32(index)) } }
      for side in 0..<6 {
        guard let (columns, rows) = Self.parts(of: corners.map(\.direction), on: side) else { continue }
        for row in rows {
          for column in columns { byDirection[(side * Self.parts + row) * Self.parts + column].append(Int32(index)) }
        }
      }
    }
    self.byDirection = byDirection
    self.byPoint = byPoint
  }

  public static func == (lhs: Mesh, rhs: Mesh) -> Bool { lhs.triangles == rhs.triangles }
  public func hash(into hasher: inout Hasher) {
    hasher.combine(triangles.count)
    hasher.combine(triangles.first)
  }

  // MARK: - Parts

  private static func part(_ value: Double) -> Int {
    max(0, min(parts - 1, Int((value * Double(parts)).rounded(.down))))
  }

  private static func parts(of values: [Double]) -> ClosedRange<Int> {
    part(max(-1, values.min()!))...part(min(2, values.max()!))
  }

  /// Right, left, up, down, back and forward: how far a direction goes towards a side, and where it meets it, −1…1.
  private static func meet(_ d: Vector3, _ side: Int) -> (depth: Double, u: Double, v: Double) {
    switch side {
    case 0: (d.x, d.y, d.z)
    case 1: (-d.x, d.y, d.z)
    case 2: (d.y, d.x, d.z)
    case 3: (-d.y, d.x, d.z)
    case 4: (d.z, d.x, d.y)
    default: (-d.z, d.x, d.y)
    }
  }

  /// nil when the triangle is not met there at all; all of the side where it reaches behind it.
  private static func parts(
    of directions: [Vector3], on side: Int
  ) -> (columns: ClosedRange<Int>, rows: ClosedRange<Int>)? {
    let met = directions.map { meet($0, side) }
    if met.allSatisfy({ $0.depth <= 0 }) { return nil }
    let least = met.map { $0.depth / ($0.depth * $0.depth + $0.u * $0.u + $0.v * $0.v).squareRoot() }.min()!
    guard least > 0.01 else { return (0...parts - 1, 0...parts - 1) }
    let (u, v) = (met.map { ($0.u / $0.depth + 1) / 2 }, met.map { ($0.v / $0.depth + 1) / 2 })
    if u.max()! < 0 || u.min()! > 1 || v.max()! < 0 || v.min()! > 1 { return nil }
    return (parts(of: u), parts(of: v))
  }

  // MARK: - Projection

  /// A hair beyond a triangle's edge is still its own: no direction falls between two.
  private static let tolerance = 1e-6

  public func place(towards d: Vector3) -> ImagePlace? {
    let (x, y, z) = (abs(d.x), abs(d.y), abs(d.z))
    let side = x >= y && x >= z ? (d.x > 0 ? 0 : 1) : y >= z ? (d.y > 0 ? 2 : 3) : d.z > 0 ? 4 : 5
    let met = Self.meet(d, side)
    guard met.depth > 0 else { return nil }
    let (column, row) = (Self.part((met.u / met.depth + 1) / 2), Self.part((met.v / met.depth + 1) / 2))
    for index in byDirection[(side * Self.parts + row) * Self.parts + column] {
      let t = triangles[Int(index)]
      // The direction as a sum of the corners': by Cramer's rule.
      let (p, q, r) = (t.a.direction, t.b.direction, t.c.direction)
      let volume = p.dot(q.cross(r))
      guard volume.magnitude > 1e-15 else { continue }
      let weights = (d.dot(q.cross(r)) / volume, d.dot(r.cross(p)) / volume, d.dot(p.cross(q)) / volume)
      let sum = weights.0 + weights.1 + weights.2
      guard sum > 0, min(weights.0, weights.1, weights.2) >= -Self.tolerance * sum else { continue }
      return ImagePlace(
        ImagePoint(
          x: (weights.0 * t.a.point.x + weights.1 * t.b.point.x + weights.2 * t.c.point.x) / sum,
          y: (weights.0 * t.a.point.y + weights.1 * t.b.point.y + weights.2 * t.c.point.y) / sum))
    }
    return nil
  }

  public func direction(of point: ImagePoint, on face: Int = 0) -> Vector3? {
    guard (0...1).contains(point.x), (0...1).contains(point.y) else { return nil }
    for index in byPoint[Self.part(point.y) * Self.parts + Self.part(point.x)] {
      let t = triangles[Int(index)]
      let (b, c) = (t.b.point - t.a.point, t.c.point - t.a.point)
      let area = b.x * c.y - b.y * c.x
      guard area.magnitude > 1e-15 else { continue }
      let p = point - t.a.point
      let (second, third) = ((p.x * c.y - p.y * c.x) / area, (b.x * p.y - b.y * p.x) / area)
      guard min(second, third, 1 - second - third) >= -Self.tolerance else { continue }
      return (t.a.direction * (1 - second - third) + t.b.direction * second + t.c.direction * third).normalized
    }
    return nil
  }
}

extension ImagePoint {
  fileprivate static func - (lhs: ImagePoint, rhs: ImagePoint) -> ImagePoint {
    ImagePoint(x: lhs.x - rhs.x, y: lhs.y - rhs.y)
  }
}
