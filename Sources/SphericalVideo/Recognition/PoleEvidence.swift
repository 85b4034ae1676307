/// Whether the upper and the lower edge of a picture show one point of the world each: all along them it is alike, and
/// the more so the nearer they are.
struct PoleEvidence {
  /// 0…1.
  let score: Double

  init(_ sketch: PictureSketch) {
    guard sketch.height >= 16, sketch.width >= 16 else {
      score = 0
      return
    }
    score = max(
      Self.score((0..<sketch.height).map { Self.change(along: $0, of: sketch) }),
      Self.score((0..<sketch.height).map { Self.spread(of: $0, of: sketch) }))
  }

  /// - Parameter rows: How lively each row is.
  private static func score(_ rows: [Float]) -> Double {
    let middle = rows[rows.count / 4..<rows.count * 3 / 4].sorted()[rows.count / 4]
    func pole(_ edge: Int, _ inner: Int) -> Double {
      // What is the same far into the picture is a bar, a sky or a table.
      let fades = rows[inner] > rows[edge] * 1.3 || rows[inner] > middle * 0.5
      return unit((0.5 - Double((rows[edge] + 0.1) / (middle + 0.1))) / 0.3) * (fades ? 1 : 0.5)
    }
    let last = rows.count - 1
    let depth = max(2, rows.count / 8)
    return middle > 0.5 ? min(pole(0, depth), pole(last, last - depth)) : 0
  }

  /// How much neighbours in a row differ.
  private static func change(along row: Int, of sketch: PictureSketch) -> Float {
    var sum: Float = 0
    for x in 1..<sketch.width { sum += PictureSketch.difference(sketch[x, row], sketch[x - 1, row]) }
    return sum / Float(sketch.width - 1)
  }

  /// How far from the middle value of a row its cells are, the middle one of them: a line here and there does not count.
  private static func spread(of row: Int, of sketch: PictureSketch) -> Float {
    var sum: Float = 0
    for lane in 0..<3 {
      let cells = (0..<sketch.width).map { sketch[$0, row][lane] }
      let middle = cells.sorted()[cells.count / 2]
      sum += cells.map { abs($0 - middle) }.sorted()[cells.count / 2]
    }
    return sum
  }
}
