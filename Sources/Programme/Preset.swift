/// A fixed window that Cupola looks through; angles in degrees.
public struct Preset: Hashable, Sendable, Codable {
  /// 0…255; 0 is home.
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
  public var kind: Kind

  /// What its lens makes of the world.
  public enum Kind: String, Hashable, Sendable, Codable, CaseIterable {
    /// Straight lines stay straight.
    case rectilinear
    /// Circles stay circles: looking down, a little planet.
    case stereographic
    /// The whole world, longitude across and latitude down.
    case equirectangular
    /// The whole world, as the six faces of a cube.
    case cubemap3x2 = "cubemap-3x2"

    /// What the field of view may be. Where the whole world is seen, it says nothing.
    public var fovs: ClosedRange<Double> { self == .rectilinear ? 10...150 : 10...340 }
  }

  public init(
    number: UInt8, name: String, yaw: Double = 0, pitch: Double = 0, roll: Double = 0, fov: Double = 90,
    kind: Kind = .rectilinear
  ) {
    self.number = number
    self.name = name
    self.yaw = yaw
    self.pitch = pitch
    self.roll = roll
    self.fov = fov
    self.kind = kind
  }

  /// What yaw may be; one beyond half a turn is brought into -180…180 (`validated()`).
  public static let yaws: ClosedRange<Double> = -360...360
  public static let pitches: ClosedRange<Double> = -90...90
  public static let rolls: ClosedRange<Double> = -180...180

  /// Why something cannot be a preset, in a sentence for people.
  public struct Invalid: Error, Hashable, CustomStringConvertible {
    public var description: String
  }

  /// The preset with its yaw brought into -180…180; throws what is allowed.
  public func validated() throws(Invalid) -> Preset {
    guard PresetName.isAllowed(name) else { throw Invalid(description: PresetName.rule) }
    for (value, what, range) in [
      (yaw, "yaw", Self.yaws), (pitch, "pitch", Self.pitches), (roll, "roll", Self.rolls), (fov, "fov", kind.fovs),
    ] where !range.contains(value) {
      throw Invalid(
        description: "The field \(what) is \(Int(range.lowerBound)) to \(Int(range.upperBound)) degrees.")
    }
    var preset = self
    if yaw > 180 { preset.yaw -= 360 }
    if yaw < -180 { preset.yaw += 360 }
    return preset
  }
}
