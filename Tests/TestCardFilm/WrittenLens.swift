import Foundation
import SphericalVideo

/// A lens as an Insta360 calibration writes it down, in floating point, straight from the written model: what the product
/// makes of it is held against this.
public struct WrittenLens: Sendable {
  /// As in `offset_v3`: ξ, fx, fy, cx, cy, yaw, pitch, roll, tx, ty, tz, k1, k2, k3, p1, p2, W, H, type.
  public var numbers: [Double]
  /// Its rows.
  private let rotation: [SIMD3<Double>]

  /// - Parameter index: 0 or 1: the first one's axes are turned by half a turn.
  public init(_ numbers: [Double], index: Int) {
    self.numbers = numbers
    let (y, p, r) = (
      numbers[5] * .pi / 180, (numbers[6] + 90) * .pi / 180, numbers[7] * .pi / 180
    )
    let aboutY = [[cos(p), 0, sin(p)], [0, 1, 0], [-sin(p), 0, cos(p)]]
    let aboutZ = [[cos(y), -sin(y), 0], [sin(y), cos(y), 0], [0, 0, 1]]
    let aboutX = [[1, 0, 0], [0, cos(r), -sin(r)], [0, sin(r), cos(r)]]
    let sign = index == 0 ? -1.0 : 1
    let half = [[sign, 0, 0], [0, sign, 0], [0, 0, 1]]
    let product = [aboutZ, aboutX, half].reduce(aboutY) { a, b in
      (0..<3).map { i in (0..<3).map { j in (0..<3).reduce(0) { $0 + a[i][$1] * b[$1][j] } } }
    }
    rotation = product.map { SIMD3($0[0], $0[1], $0[2]) }
  }

  /// The string of two lenses.
  public static func offsetV3(_ lenses: [WrittenLens]) -> String {
    (["\(lenses.count)"] + lenses.map { $0.numbers.map { "\($0)" }.joined(separator: "_") } + ["197632"])
      .joined(separator: "_")
  }

  /// Two lenses as a camera of today has them, neither quite in its place.
  public static let two = [
    WrittenLens(
      [
        2, 1480.5, 1478.25, 1530.5, 1541.25, -0.35, 0.5, 90.4, 0, 0, 0, 0.31, -0.42, 0.2, 0.0015, -0.0011, 6144, 3072,
        113,
      ], index: 0),
    WrittenLens(
      [
        1.98, 1471, 1473.5, 4611.5, 1528.75, 0.65, -0.45, 89.2, 0, 0, 0, 0.28, -0.4, 0.21, -0.0012, 0.0009, 6144, 3072,
        113,
      ], index: 1),
  ]

  /// In the lens's terms: x to the right, y down, z along its axis.
  private func inLens(_ d: Vector3) -> SIMD3<Double> {
    // Forward, left and up.
    let world = SIMD3(-d.z, -d.x, d.y)
    return SIMD3((rotation[0] * world).sum(), (rotation[1] * world).sum(), (rotation[2] * world).sum())
  }

  /// How far from the axis a direction is, in degrees.
  public func angle(towards d: Vector3) -> Double { acos(max(-1, min(inLens(d.normalized)[2], 1))) * 180 / .pi }

  /// The pixel that shows a direction, in the picture that was measured, with x from its left edge to its right one.
  public func pixel(towards d: Vector3) -> (x: Double, y: Double) { pixel(ofLens: inLens(d.normalized)) }

  private func pixel(ofLens v: SIMD3<Double>) -> (x: Double, y: Double) {
    let n = numbers
    let (x, y) = (v[0] / (v[2] + n[0]), v[1] / (v[2] + n[0]))
    let r2 = x * x + y * y
    let radial = 1 + n[11] * r2 + n[12] * r2 * r2 + n[13] * r2 * r2 * r2
    return (
      n[1] * (x * radial + 2 * n[14] * x * y + n[15] * (r2 + 2 * x * x)) + n[3],
      n[2] * (y * radial + n[14] * (r2 + 2 * y * y) + 2 * n[15] * x * y) + n[4]
    )
  }

  /// The direction that a pixel shows, found by trying: by angles about the axis; nil farther out than `reach` degrees.
  public func direction(ofPixel x: Double, _ y: Double, reach: Double = 100) -> Vector3? {
    func lens(_ a: Double, _ b: Double) -> SIMD3<Double> {
      let angle = (a * a + b * b).squareRoot()
      let scale = angle > 1e-12 ? sin(angle) / angle : 1
      return SIMD3(a * scale, b * scale, cos(angle))
    }
    let start = 2.5 / max(numbers[1], numbers[2])
    var (a, b) = ((x - numbers[3]) * start, (y - numbers[4]) * start)
    let tooFar = (a * a + b * b).squareRoot() / 1.9
    if tooFar > 1 { (a, b) = (a / tooFar, b / tooFar) }
    for _ in 0..<40 {
      let (here, h) = (pixel(ofLens: lens(a, b)), 1e-6)
      let (right, down) = (pixel(ofLens: lens(a + h, b)), pixel(ofLens: lens(a, b + h)))
      let (xa, xb) = ((right.x - here.x) / h, (down.x - here.x) / h)
      let (ya, yb) = ((right.y - here.y) / h, (down.y - here.y) / h)
      let determinant = xa * yb - xb * ya
      var step = (
        ((x - here.x) * yb - (y - here.y) * xb) / determinant, ((y - here.y) * xa - (x - here.x) * ya) / determinant
      )
      let length = (step.0 * step.0 + step.1 * step.1).squareRoot()
      if length > 0.2 { step = (step.0 * 0.2 / length, step.1 * 0.2 / length) }
      (a, b) = (a + step.0, b + step.1)
      if length < 1e-12 { break }
    }
    let found = pixel(ofLens: lens(a, b))
    guard abs(found.x - x) + abs(found.y - y) < 1e-4, (a * a + b * b).squareRoot() <= reach * .pi / 180 else {
      return nil
    }
    let v = lens(a, b)
    let world = rotation[0] * v.x + rotation[1] * v.y + rotation[2] * v.z
    return Vector3(x: -world[1], y: world[2], z: -world[0])
  }
}
