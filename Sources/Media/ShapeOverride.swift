/// What somebody says of a picture's shape, key by key, whatever its file says.
public struct ShapeOverride: Hashable, Sendable {
  public var projection: ShapeName?
  public var stereo: StereoLayout?
  public var eye: Eye?
  /// Of a fisheye lens, in degrees.
  public var lensFieldOfView: Double?
  /// What is to be in front, in degrees to the right of what was.
  public var heading: Double?

  public static let none = ShapeOverride()
  public static let lensFieldsOfView = 1.0...360.0
  public static let headings = -360.0...360.0

  public init(
    projection: ShapeName? = nil, stereo: StereoLayout? = nil, eye: Eye? = nil, lensFieldOfView: Double? = nil,
    heading: Double? = nil
  ) {
    self.projection = projection
    self.stereo = stereo
    self.eye = eye
    self.lensFieldOfView = lensFieldOfView
    self.heading = heading
  }

  /// Why a word says nothing, in a sentence for people.
  public struct Invalid: Error, Hashable, CustomStringConvertible {
    public var description: String
  }

  /// The words that `set` takes.
  public static let keys = ["projection", "stereo", "eye", "lens-fov", "heading"]

  /// Says one thing by the words that lists, the configuration and the command line share.
  public mutating func set(_ key: String, _ value: String) throws(Invalid) {
    switch key {
    case "projection": projection = try Self.named(value, key)
    case "stereo": stereo = try Self.named(value, key)
    case "eye": eye = try Self.named(value, key)
    case "lens-fov": lensFieldOfView = try Self.degrees(value, key, in: Self.lensFieldsOfView)
    case "heading": heading = try Self.degrees(value, key, in: Self.headings)
    default:
      throw Invalid(description: "\(key) is unknown; allowed are \(Self.keys.joined(separator: ", "))")
    }
  }

  private static func named<Name: RawRepresentable & CaseIterable>(
    _ value: String, _ key: String
  ) throws(Invalid) -> Name where Name.RawValue == String {
    guard let name = Name(rawValue: value) else {
      let allowed = Name.allCases.map(\.rawValue).joined(separator: ", ")
      throw Invalid(description: "the \(key) \(value) is unknown; allowed are \(allowed)")
    }
    return name
  }

  private static func degrees(
    _ value: String, _ key: String, in range: ClosedRange<Double>
  ) throws(Invalid) -> Double {
    guard let degrees = Double(value), range.contains(degrees) else {
      throw Invalid(
        description:
          "the \(key) \(value) is no number of degrees from \(Int(range.lowerBound)) to \(Int(range.upperBound))")
    }
    return degrees
  }

  /// This, and where it says nothing, what `other` says.
  public func over(_ other: ShapeOverride) -> ShapeOverride {
    ShapeOverride(
      projection: projection ?? other.projection, stereo: stereo ?? other.stereo, eye: eye ?? other.eye,
      lensFieldOfView: lensFieldOfView ?? other.lensFieldOfView, heading: heading ?? other.heading)
  }
}
