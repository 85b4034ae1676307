import Media

/// The source positions of four output pixels at the corners of a square.
struct Corners {
  let topLeft: SIMD2<Double>
  let topRight: SIMD2<Double>
  let bottomLeft: SIMD2<Double>
  let bottomRight: SIMD2<Double>
  /// The face that all of them are on.
  let face: Int

  /// Whether all of them are between the centres of a face's outermost samples; false for what is no number.
  func areInside(_ samples: FaceSamples) -> Bool {
    let first = SIMD2(Double(samples.columns.lowerBound), Double(samples.rows.lowerBound))
    let last = SIMD2(Double(samples.columns.upperBound), Double(samples.rows.upperBound))
    func isInside(_ point: SIMD2<Double>) -> Bool { all(point .>= first) && all(point .<= last) }
    return isInside(topLeft) && isInside(topRight) && isInside(bottomLeft) && isInside(bottomRight)
  }
}

/// Exact source positions every few output pixels, one ring further than the output.
struct CoarseGrid {
  let columns: Int
  let rows: Int
  private let pitch: Int
  private var points: [SIMD2<Double>] = []
  private var faces: [Int] = []
  /// An upper bound of what interpolation over a cell is off by, as far as this node knows.
  private var errors: [Double] = []

  /// Half of each face: neighbours that are further apart are on two sides of a seam.
  private let reach: [SIMD2<Double>]

  init(output: VideoSize, cell: Int, faces areas: [FaceSamples], position: (Double, Double) -> SourcePosition) {
    reach = areas.map { SIMD2(Double($0.columns.count), Double($0.rows.count)) / 2 }
    columns = (output.width + cell - 1) / cell
    rows = (output.height + cell - 1) / cell
    pitch = columns + 3
    points.reserveCapacity(pitch * (rows + 3))
    faces.reserveCapacity(pitch * (rows + 3))
    for row in -1...rows + 1 {
      for column in -1...columns + 1 {
        let node = position(Double(column * cell), Double(row * cell))
        points.append(SIMD2(node.x, node.y))
        faces.append(node.face)
      }
    }
    errors = Array(repeating: .infinity, count: points.count)
    for row in 0...rows {
      for column in 0...columns {
        let node = index(column, row)
        let face = faces[node]
        guard face >= 0, faces[node - 1] == face, faces[node + 1] == face, faces[node - pitch] == face,
          faces[node + pitch] == face
        else { continue }
        let across = points[node - 1] - 2 * points[node] + points[node + 1]
        let down = points[node - pitch] - 2 * points[node] + points[node + pitch]
        errors[node] = max(abs(across.x) + abs(down.x), abs(across.y) + abs(down.y)) / 8
      }
    }
  }

  private func index(_ column: Int, _ row: Int) -> Int { (row + 1) * pitch + column + 1 }

  /// How far off interpolation over a cell can be, in source samples; infinite where it is not on one face, or a corner
  /// shows nothing.
  func error(column: Int, row: Int) -> Double {
    let node = index(column, row)
    let top = (errors[node], errors[node + 1])
    let bottom = (errors[node + pitch], errors[node + pitch + 1])
    // A comparison with what is no number says no.
    guard top.0.isFinite, top.1.isFinite, bottom.0.isFinite, bottom.1.isFinite, isOnOneFace(around: node)
    else {
      return .infinity
    }
    return max(max(top.0, top.1), max(bottom.0, bottom.1))
  }

  /// Whether the cell and what is around it are on one face, on one side of any seam.
  private func isOnOneFace(around node: Int) -> Bool {
    let (face, point) = (faces[node], points[node])
    guard face >= 0 else { return false }
    let reach = reach[face]
    return (-1...2).allSatisfy { j in
      (-1...2).allSatisfy { i in
        let distance = points[node + j * pitch + i] - point
        return faces[node + j * pitch + i] == face && abs(distance.x) < reach.x && abs(distance.y) < reach.y
      }
    }
  }

  /// Whether any node of a cell, or around it, shows something.
  func showsAnything(column: Int, row: Int) -> Bool {
    (-1...2).contains { j in (-1...2).contains { i in faces[index(column + i, row + j)] >= 0 } }
  }

  func corners(column: Int, row: Int) -> Corners {
    let node = index(column, row)
    return Corners(
      topLeft: points[node], topRight: points[node + 1], bottomLeft: points[node + pitch],
      bottomRight: points[node + pitch + 1], face: faces[node])
  }

  /// Positions between a cell's corners, by cubic interpolation of the nodes around it: `parts` + 1 in a row, as many
  /// rows.
  ///
  /// Its error falls with the fourth power of the distance of nodes, that of bilinear interpolation with the second:
  /// where half or a quarter of a cell is small enough for the latter, this is as good as exact, and far cheaper.
  func refine(column: Int, row: Int, parts: Int, into refined: inout [SIMD2<Double>]) {
    let weights = parts == 2 ? Self.halves : Self.quarters
    refined.removeAll(keepingCapacity: true)
    refined.append(contentsOf: repeatElement(.zero, count: weights.count * weights.count))
    let node = index(column, row)
    func line(_ j: Int, _ weights: SIMD4<Double>) -> SIMD2<Double> {
      var sum = SIMD2<Double>.zero
      for i in 0..<4 { sum += points[node + (j - 1) * pitch + i - 1] * weights[i] }
      return sum
    }
    for (i, across) in weights.enumerated() {
      let (a, b, c, d) = (line(0, across), line(1, across), line(2, across), line(3, across))
      for (j, down) in weights.enumerated() {
        var point = a * down[0]
        point += b * down[1]
        point += c * down[2]
        point += d * down[3]
        refined[j * weights.count + i] = point
      }
    }
  }

  private static let halves = (0...2).map { cubicWeights(Double($0) / 2) }
  private static let quarters = (0...4).map { cubicWeights(Double($0) / 4) }

  /// Lagrange's, of nodes at −1, 0, 1 and 2.
  private static func cubicWeights(_ t: Double) -> SIMD4<Double> {
    let (a, b, c, d) = (t + 1, t, t - 1, t - 2)
    return SIMD4(-b * c * d / 6, a * c * d / 2, -a * b * d / 2, a * b * c / 6)
  }
}
