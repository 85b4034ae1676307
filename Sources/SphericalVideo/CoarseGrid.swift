import Media

/// The source positions of four output pixels at the corners of a square.
struct Corners {
  var topLeft: ImagePoint
  var topRight: ImagePoint
  var bottomLeft: ImagePoint
  var bottomRight: ImagePoint

  init(_ topLeft: ImagePoint, _ topRight: ImagePoint, _ bottomLeft: ImagePoint, _ bottomRight: ImagePoint) {
    self.topLeft = topLeft
    self.topRight = topRight
    self.bottomLeft = bottomLeft
    self.bottomRight = bottomRight
  }

  /// The corners on one side of the seam: the other three within half a turn of the first.
  func unwrapped(turn: Double?) -> Corners {
    guard let turn else { return self }
    var corners = self
    corners.topRight.x = Self.unwrap(topRight.x, near: topLeft.x, turn)
    corners.bottomLeft.x = Self.unwrap(bottomLeft.x, near: topLeft.x, turn)
    corners.bottomRight.x = Self.unwrap(bottomRight.x, near: topLeft.x, turn)
    return corners
  }

  /// `x` or the same place a turn further or back, whichever is nearer to `other`.
  static func unwrap(_ x: Double, near other: Double, _ turn: Double) -> Double {
    x - other > turn / 2 ? x - turn : x - other < -turn / 2 ? x + turn : x
  }

  /// Whether all of them are between the centres of the outermost samples; false for what is no number.
  func areInside(_ lastColumn: Int, _ lastRow: Int) -> Bool {
    let (right, bottom) = (Double(lastColumn), Double(lastRow))
    func isInside(_ point: ImagePoint) -> Bool {
      point.x >= 0 && point.x <= right && point.y >= 0 && point.y <= bottom
    }
    return isInside(topLeft) && isInside(topRight) && isInside(bottomLeft) && isInside(bottomRight)
  }
}

/// Exact source positions every few output pixels, one ring further than the output.
struct CoarseGrid {
  let columns: Int
  let rows: Int
  /// How many samples a turn around the source has, not always a whole number; nil if its edges do not meet.
  private let turn: Double?
  private let pitch: Int
  private var nodes: [ImagePoint] = []
  /// An upper bound of what interpolation over a cell is off by, as far as this node knows.
  private var errors: [Double] = []

  init(output: VideoSize, cell: Int, turn: Double?, position: (Double, Double) -> ImagePoint) {
    self.turn = turn
    columns = (output.width + cell - 1) / cell
    rows = (output.height + cell - 1) / cell
    pitch = columns + 3
    nodes.reserveCapacity(pitch * (rows + 3))
    for row in -1...rows + 1 {
      for column in -1...columns + 1 { nodes.append(position(Double(column * cell), Double(row * cell))) }
    }
    errors = Array(repeating: .infinity, count: nodes.count)
    for row in 0...rows {
      for column in 0...columns {
        let node = index(column, row)
        let across = bend(nodes[node - 1], nodes[node], nodes[node + 1])
        let down = bend(nodes[node - pitch], nodes[node], nodes[node + pitch])
        errors[node] = max(across.x + down.x, across.y + down.y) / 8
      }
    }
  }

  private func index(_ column: Int, _ row: Int) -> Int { (row + 1) * pitch + column + 1 }

  /// The sizes of the second differences of three nodes in a line.
  private func bend(_ a: ImagePoint, _ b: ImagePoint, _ c: ImagePoint) -> ImagePoint {
    var (left, right) = (a.x, c.x)
    if let turn {
      left = Corners.unwrap(left, near: b.x, turn)
      right = Corners.unwrap(right, near: b.x, turn)
    }
    return ImagePoint(x: abs(left - 2 * b.x + right), y: abs(a.y - 2 * b.y + c.y))
  }

  /// How far off interpolation over a cell can be, in source samples; not a number where a corner shows nothing.
  func error(column: Int, row: Int) -> Double {
    let node = index(column, row)
    let top = (errors[node], errors[node + 1])
    let bottom = (errors[node + pitch], errors[node + pitch + 1])
    guard top.0.isFinite, top.1.isFinite, bottom.0.isFinite, bottom.1.isFinite else { return .infinity }
    return max(max(top.0, top.1), max(bottom.0, bottom.1))
  }

  func corners(column: Int, row: Int) -> Corners {
    let node = index(column, row)
    return Corners(nodes[node], nodes[node + 1], nodes[node + pitch], nodes[node + pitch + 1])
      .unwrapped(turn: turn)
  }

  /// Positions between a cell's corners, by cubic interpolation of the nodes around it: `parts` + 1 in a row, as many
  /// rows.
  ///
  /// Its error falls with the fourth power of the distance of nodes, that of bilinear interpolation with the second:
  /// where half or a quarter of a cell is small enough for the latter, this is as good as exact, and far cheaper.
  func refine(column: Int, row: Int, parts: Int, into points: inout [ImagePoint]) {
    let weights = parts == 2 ? Self.halves : Self.quarters
    points.removeAll(keepingCapacity: true)
    points.append(contentsOf: repeatElement(ImagePoint(x: 0, y: 0), count: weights.count * weights.count))
    let node = index(column, row)
    let origin = nodes[node].x
    func line(_ j: Int, _ weights: SIMD4<Double>) -> SIMD2<Double> {
      var sum = SIMD2<Double>.zero
      for i in 0..<4 {
        let point = nodes[node + (j - 1) * pitch + i - 1]
        sum += SIMD2(turn.map { Corners.unwrap(point.x, near: origin, $0) } ?? point.x, point.y) * weights[i]
      }
      return sum
    }
    for (i, across) in weights.enumerated() {
      let (a, b, c, d) = (line(0, across), line(1, across), line(2, across), line(3, across))
      for (j, down) in weights.enumerated() {
        var point = a * down[0]
        point += b * down[1]
        point += c * down[2]
        point += d * down[3]
        points[j * weights.count + i] = ImagePoint(x: point.x, y: point.y)
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
