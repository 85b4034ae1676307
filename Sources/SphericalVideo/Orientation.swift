import Glibc

/// Where a camera looks: yaw to the right, then pitch up, then roll clockwise, as its operator would say it.
public struct Orientation: Hashable, Sendable {
  /// To the right.
  public var yaw: Angle
  /// Up.
  public var pitch: Angle
  /// Of the camera, clockwise: the picture turns counter-clockwise.
  public var roll: Angle

  public static let forward = Orientation()

  public init(yaw: Angle = .zero, pitch: Angle = .zero, roll: Angle = .zero) {
    self.yaw = yaw
    self.pitch = pitch
    self.roll = roll
  }

  /// Of a camera whose axes point there: three unit vectors, at right angles to each other.
  public init(right: Vector3, up: Vector3, back: Vector3) {
    self.init(
      yaw: .radians(-atan2(back.x, back.z)), pitch: .radians(asin(max(-1, min(-back.y, 1)))),
      roll: .radians(-atan2(right.y, up.y)))
  }

  /// The pose of a picture as its file states it: degrees, all three counter-clockwise (Spherical Video V2 `prhd`,
  /// Matroska `ProjectionPose…`, libav's `AVSphericalMapping`).
  public static func pose(yaw: Double, pitch: Double, roll: Double) -> Orientation {
    Orientation(yaw: .degrees(-yaw), pitch: .degrees(pitch), roll: .degrees(-roll))
  }
}

/// A rotation as the images of the three axes: Ry(−yaw) · Rx(pitch) · Rz(−roll) of an `Orientation`.
struct Rotation: Hashable, Sendable {
  var x: Vector3
  var y: Vector3
  var z: Vector3

  /// Turns the directions of a camera with this orientation into those of the world.
  init(_ orientation: Orientation) {
    let (sy, cy) = (-orientation.yaw.sine, orientation.yaw.cosine)
    let (sp, cp) = (orientation.pitch.sine, orientation.pitch.cosine)
    let (sr, cr) = (-orientation.roll.sine, orientation.roll.cosine)
    x = Vector3(x: cy * cr + sy * sp * sr, y: cp * sr, z: -sy * cr + cy * sp * sr)
    y = Vector3(x: -cy * sr + sy * sp * cr, y: cp * cr, z: sy * sr + cy * sp * cr)
    z = Vector3(x: sy * cp, y: -sp, z: cy * cp)
  }

  func rotated(_ vector: Vector3) -> Vector3 { x * vector.x + y * vector.y + z * vector.z }

  /// The way back: `inverted(rotated(v)) == v`.
  func inverted(_ vector: Vector3) -> Vector3 {
    Vector3(x: x.dot(vector), y: y.dot(vector), z: z.dot(vector))
  }
}
