/// A camera preset on the wire; angles in degrees.
public struct PresetDescription: Hashable, Sendable, Codable {
  public var number: UInt8
  public var name: String
  /// To the right.
  public var yaw: Double
  /// Up.
  public var pitch: Double
  /// Clockwise.
  public var roll: Double
  /// Horizontal field of view.
  public var fov: Double

  public init(number: UInt8, name: String, yaw: Double, pitch: Double, roll: Double, fov: Double) {
    self.number = number
    self.name = name
    self.yaw = yaw
    self.pitch = pitch
    self.roll = roll
    self.fov = fov
  }

  /// The preset with its yaw brought into -180…180; throws `.badMessage` that says what is allowed.
  public func validated() throws(SignallingError) -> PresetDescription {
    guard PresetName.isAllowed(name) else { throw SignallingError(.badMessage, PresetName.rule) }
    for (value, what, range) in [
      (yaw, "yaw", -360.0...360), (pitch, "pitch", -90...90), (roll, "roll", -180...180), (fov, "fov", 10...150),
    ] where !range.contains(value) {
      throw SignallingError(
        .badMessage, "The field \(what) is \(Int(range.lowerBound)) to \(Int(range.upperBound)) degrees.")
    }
    var preset = self
    if yaw > 180 { preset.yaw -= 360 }
    if yaw < -180 { preset.yaw += 360 }
    return preset
  }
}
