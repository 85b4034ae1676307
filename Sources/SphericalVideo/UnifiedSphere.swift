import Glibc

/// A lens as the unified sphere has it (Mei and Rives, "Single View Point Omnidirectional Camera Calibration", 2007): a
/// direction is seen on the unit sphere from a point behind its middle, then distorted as Brown's model has it.
///
/// With x to the right, y down, z along the axis: m = (x, y) / (z + ξ), r² = m·m, and what is seen of it
/// m·(1 + k₁r² + k₂r⁴ + k₃r⁶) + (2p₁·xy + p₂(r² + 2x²), p₁(r² + 2y²) + 2p₂·xy).
public struct UnifiedSphere: Hashable, Sendable {
  /// ξ: how far behind the middle; 0 is a lens without distortion.
  public let mirror: Double
  /// k₁, k₂ and k₃.
  public let radial: SIMD3<Double>
  /// p₁ and p₂.
  public let tangential: SIMD2<Double>
  /// How far from its axis it sees: further out, it would show two directions in one place.
  public let reach: Angle
  /// r at the reach.
  private let furthest: Double

  public init(mirror: Double, radial: SIMD3<Double> = .zero, tangential: SIMD2<Double> = .zero) {
    (self.mirror, self.radial, self.tangential) = (mirror, radial, tangential)
    // The distance has to grow with the angle, of the sphere and of the distortion.
    let steps = 1440
    func radius(_ step: Int) -> Double {
      let angle = Double(step) * .pi / Double(steps)
      return sin(angle) / (cos(angle) + mirror)
    }
    var last = 0
    for step in 1..<steps {
      let (before, here) = (radius(step - 1), radius(step))
      guard here > before, here < 1e4, Self.slope(here, radial) > 0 else { break }
      last = step
    }
    reach = .radians(Double(last) * .pi / Double(steps))
    furthest = radius(last)
  }

  private static func slope(_ r: Double, _ k: SIMD3<Double>) -> Double {
    let s = r * r
    return 1 + s * (3 * k.x + s * (5 * k.y + s * 7 * k.z))
  }

  private func stretch(_ s: Double) -> Double { 1 + s * (radial.x + s * (radial.y + s * radial.z)) }

  private func shear(_ m: SIMD2<Double>) -> SIMD2<Double> {
    let (s, product) = ((m * m).sum(), 2 * m.x * m.y)
    return SIMD2(
      tangential.x * product + tangential.y * (s + 2 * m.x * m.x),
      tangential.x * (s + 2 * m.y * m.y) + tangential.y * product)
  }

  /// Where a direction is seen, in focal lengths from the middle; of no use beyond the reach.
  ///
  /// - Parameter direction: of length 1; x to the right, y down, z along the axis.
  func point(towards direction: Vector3) -> SIMD2<Double> {
    let m = SIMD2(direction.x, direction.y) / max(direction.z + mirror, 1e-6)
    return m * stretch((m * m).sum()) + shear(m)
  }

  /// The direction that is seen there; nil beyond the reach.
  func direction(of point: SIMD2<Double>) -> Vector3? {
    // What shears is small: it is taken off by what was found before, some times.
    var m = SIMD2<Double>.zero
    for _ in 0..<Self.passes {
      let target = point - shear(m)
      let distance = (target * target).sum().squareRoot()
      guard distance > 0 else { return Vector3(x: 0, y: 0, z: 1) }
      guard let r = undistorted(distance) else { return nil }
      let next = target * (r / distance)
      let change = next - m
      m = next
      if (change * change).sum() < 1e-24 { break }
    }
    let s = (m * m).sum()
    let root = 1 + (1 - mirror * mirror) * s
    guard root >= 0 else { return nil }
    let scale = (mirror + root.squareRoot()) / (s + 1)
    return Vector3(x: m.x * scale, y: m.y * scale, z: scale - mirror)
  }

  private static let passes = 12

  /// The r whose distorted distance this is: by Newton's steps, and by halves where those lead astray.
  private func undistorted(_ distance: Double) -> Double? {
    guard distance <= furthest * stretch(furthest * furthest) else { return nil }
    var (low, high) = (0.0, furthest)
    var r = min(distance, furthest)
    for _ in 0..<50 {
      let excess = r * stretch(r * r) - distance
      if excess.magnitude < 1e-13 { break }
      if excess > 0 { high = r } else { low = r }
      let next = r - excess / Self.slope(r, radial)
      r = next > low && next < high ? next : (low + high) / 2
    }
    return r
  }
}
