/// A named window on the world: where it looks and how wide.
public struct CameraPreset: Hashable, Sendable {
  /// What it is called by on the wire and on the keyboard; 0 is home.
  public var number: UInt8
  public var name: String
  public var orientation: Orientation
  /// Horizontal.
  public var fieldOfView: Angle

  public init(number: UInt8, name: String, orientation: Orientation, fieldOfView: Angle) {
    self.number = number
    self.name = name
    self.orientation = orientation
    self.fieldOfView = fieldOfView
  }

  /// The six sides of the world, home first, 90° wide each.
  public static let defaults: [CameraPreset] = [
    ("front", 0, 0), ("right", 90, 0), ("back", 180, 0), ("left", -90, 0), ("up", 0, 90), ("down", 0, -90),
  ].enumerated().map { number, side in
    CameraPreset(
      number: UInt8(number), name: side.0, orientation: Orientation(yaw: .degrees(side.1), pitch: .degrees(side.2)),
      fieldOfView: .degrees(90))
  }
}
