import SphericalVideo

extension CameraPreset {
  /// The six sides of the world, home first, 90° wide each.
  static let defaults: [CameraPreset] = [
    ("front", 0, 0), ("right", 90, 0), ("back", 180, 0), ("left", -90, 0), ("up", 0, 90), ("down", 0, -90),
  ].enumerated().map { number, side in
    CameraPreset(
      number: UInt8(number), name: side.0, orientation: Orientation(yaw: .degrees(side.1), pitch: .degrees(side.2)),
      fieldOfView: .degrees(90))
  }
}
