/// A named window on the world: where it looks and how wide.
public struct CameraPreset: Hashable, Sendable {
  /// What it is called by on the wire and on the keyboard; 0 is home.
  public var number: UInt8
  public var name: String
  public var view: CameraView

  public init(
    number: UInt8, name: String, orientation: Orientation, fieldOfView: Angle, kind: CameraView.Kind = .rectilinear
  ) {
    self.number = number
    self.name = name
    view = CameraView(orientation: orientation, fieldOfView: fieldOfView, kind: kind)
  }
}
