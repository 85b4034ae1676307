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
}
