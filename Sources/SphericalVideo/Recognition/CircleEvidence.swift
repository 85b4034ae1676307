/// Whether a lens drew a circle into a part of a picture: black around it, something within, to its very edge.
struct CircleEvidence {
  /// 0…1.
  let score: Double

  /// - Parameter aspectRatio: Of the part, as it is to be seen: the circle touches its nearer edges.
  init(_ sketch: PictureSketch, aspectRatio: Double) {
    let radius = (x: min(1, 1 / aspectRatio), y: min(1, aspectRatio))
    var outside: [Float] = []
    var rim: [Float] = []
    for row in 0..<sketch.height {
      for column in 0..<sketch.width {
        let x = ((Double(column) + 0.5) / Double(sketch.width) * 2 - 1) / radius.x
        let y = ((Double(row) + 0.5) / Double(sketch.height) * 2 - 1) / radius.y
        let distance = (x * x + y * y).squareRoot()
        let value = sketch[column, row].x
        if distance > 1.05 { outside.append(value) }
        if distance > 0.8, distance < 0.95 { rim.append(value) }
      }
    }
    guard outside.count > 16, rim.count > 16 else {
      score = 0
      return
    }
    let dark = outside.count { $0 < 32 }
    let bright = rim.count { $0 > 36 }
    score =
      unit((Double(dark) / Double(outside.count) - 0.85) / 0.12)
      * unit((Double(bright) / Double(rim.count) - 0.4) / 0.3)
  }
}
