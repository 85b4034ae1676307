/// A side of the cube around the camera, as the test card paints it.
///
/// Coordinates on a face are a to the right and b down, −1…1 each, as a 90° view of it shows them.
enum CubeFace: Int, CaseIterable {
  case front, right, back, left, up, down

  var name: String {
    switch self {
    case .front: "FRONT"
    case .right: "RIGHT"
    case .back: "BACK"
    case .left: "LEFT"
    case .up: "UP"
    case .down: "DOWN"
    }
  }

  /// Where a camera points to see it, in words.
  var caption: String {
    switch self {
    case .front: "YAW 0°  PITCH 0°"
    case .right: "YAW 90°  PITCH 0°"
    case .back: "YAW 180°  PITCH 0°"
    case .left: "YAW -90°  PITCH 0°"
    case .up: "YAW 0°  PITCH 90°"
    case .down: "YAW 0°  PITCH -90°"
    }
  }

  /// R'G'B' of 0–255.
  var colour: SIMD4<Float> {
    switch self {
    case .front: SIMD4(0xC0, 0x00, 0x00, 0)
    case .right: SIMD4(0x00, 0xA0, 0x00, 0)
    case .back: SIMD4(0x00, 0x00, 0xC0, 0)
    case .left: SIMD4(0xC0, 0xC0, 0x00, 0)
    case .up: SIMD4(0x00, 0xC0, 0xC0, 0)
    case .down: SIMD4(0xC0, 0x00, 0xC0, 0)
    }
  }

  /// The face that a direction hits, and where.
  @inline(__always)
  static func hit(x: Float, y: Float, z: Float) -> (face: CubeFace, a: Float, b: Float) {
    let (ax, ay, az) = (abs(x), abs(y), abs(z))
    if az >= ax, az >= ay {
      let scale = 1 / az
      return z < 0 ? (.front, x * scale, -y * scale) : (.back, -x * scale, -y * scale)
    }
    if ax >= ay {
      let scale = 1 / ax
      return x > 0 ? (.right, z * scale, -y * scale) : (.left, -z * scale, -y * scale)
    }
    let scale = 1 / ay
    return y > 0 ? (.up, x * scale, -z * scale) : (.down, x * scale, z * scale)
  }
}
