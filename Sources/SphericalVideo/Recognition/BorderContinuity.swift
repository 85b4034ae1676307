import Glibc

/// How well a picture goes on over the borders of a projection's faces: where the formula of a face leads beyond its
/// border, another place shows what is next to it in the world.
struct BorderContinuity {
  /// How much what is on the two sides of a border differs.
  private(set) var across: Float = 0
  /// How much neighbours differ that are on one side of it.
  private(set) var beside: Float = 0
  /// How much what is on one side differs from what is anywhere on the other.
  private(set) var anywhere: Float = 0
  private(set) var count = 0
  /// How alike what goes along a border on its one side and on its other is, an edge each.
  private(set) var likenesses: [Float] = []

  private static let samples = 96
  /// Neighbours in the picture say nothing: so many cells apart at least.
  private static let farEnough = 3.0

  init(_ sketch: PictureSketch, as projection: some Projection) {
    let (cellWidth, cellHeight) = (1 / Double(sketch.width), 1 / Double(sketch.height))
    for (index, face) in projection.faces.enumerated() {
      for side in 0..<4 {
        var pairs: [(inner: SIMD4<Float>, deeper: SIMD4<Float>, outer: SIMD4<Float>)] = []
        for sample in 0..<Self.samples {
          let along = (Double(sample) + 0.5) / Double(Self.samples)
          func point(_ depth: Double) -> ImagePoint {
            switch side {
            case 0: ImagePoint(x: face.x + depth * cellWidth, y: face.y + along * face.height)
            case 1: ImagePoint(x: face.x + face.width - depth * cellWidth, y: face.y + along * face.height)
            case 2: ImagePoint(x: face.x + along * face.width, y: face.y + depth * cellHeight)
            default: ImagePoint(x: face.x + along * face.width, y: face.y + face.height - depth * cellHeight)
            }
          }
          let inner = point(0.5)
          guard let direction = projection.direction(of: point(-0.5), on: index),
            let outer = projection.point(towards: direction),
            max(abs(outer.x - inner.x) / cellWidth, abs(outer.y - inner.y) / cellHeight) >= Self.farEnough
          else { continue }
          pairs.append((sketch.value(at: inner), sketch.value(at: point(1.5)), sketch.value(at: outer)))
        }
        for (i, pair) in pairs.enumerated() {
          across += PictureSketch.difference(pair.inner, pair.outer)
          beside += PictureSketch.difference(pair.inner, pair.deeper)
          anywhere += PictureSketch.difference(pair.inner, pairs[(i + pairs.count / 3) % pairs.count].outer)
        }
        count += pairs.count
        if let likeness = Self.likeness(pairs.map(\.inner), pairs.map(\.outer)) { likenesses.append(likeness) }
      }
    }
    guard count > 0 else { return }
    across /= Float(count)
    beside /= Float(count)
    anywhere /= Float(count)
  }

  /// How alike two lines are, but for what changes slowly along them; nil where one has nothing in it.
  static func likeness(_ a: [SIMD4<Float>], _ b: [SIMD4<Float>]) -> Float? {
    guard a.count >= samples / 2 else { return nil }
    let reach = 6
    func details(_ line: [SIMD4<Float>]) -> [SIMD4<Float>] {
      line.indices.map { index in
        let near = line[max(0, index - reach)..<min(line.count, index + reach + 1)]
        return line[index] - near.reduce(.zero, +) / Float(near.count)
      }
    }
    var (sum, squaresOfA, squaresOfB): (Float, Float, Float) = (0, 0, 0)
    for (p, q) in zip(details(a), details(b)) {
      sum += (p * q).sum()
      squaresOfA += (p * p).sum()
      squaresOfB += (q * q).sum()
    }
    guard min(squaresOfA, squaresOfB) > Float(2 * a.count) else { return nil }
    return sum / (squaresOfA.squareRoot() * squaresOfB.squareRoot())
  }

  /// 0…1: by what lies across the borders, though each face may be coloured as it likes.
  var crossingScore: Double {
    guard likenesses.count >= 12 else { return 0 }
    let ordered = likenesses.sorted()
    // Of a cube all borders meet; some do anywhere.
    return unit((Double(ordered[ordered.count / 2]) - 0.15) / 0.3)
      * unit((Double(ordered[ordered.count / 4]) + 0.1) / 0.2)
  }

  /// 0…1; 0 also where everything is alike, which proves nothing.
  var score: Double {
    guard count >= Self.samples / 2 else { return 0 }
    let steps = Double((across + 1.5) / (beside + 1.5))
    let share = Double((across + 0.5) / (anywhere + 0.5))
    let contrast = Double(anywhere - 2) / 6
    return unit((log(5) - log(steps)) / (log(5) - log(1.6))) * unit((0.75 - share) / 0.4) * unit(contrast)
  }
}

/// Brought into 0…1; what is no number is nothing.
func unit(_ value: Double) -> Double { value > 0 ? min(value, 1) : 0 }
