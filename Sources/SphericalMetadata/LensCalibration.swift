/// How the lenses of a camera map the world into its picture, as its maker measured them.
///
/// Lengths are in pixels of the picture that was measured, the lenses' squares side by side in it.
public struct LensCalibration: Hashable, Sendable {
  public struct Lens: Hashable, Sendable {
    public var model: Model
    /// The middle, from the left and the upper edge of the lens's own square.
    public var x, y: Double
    /// Of the rotation, in degrees, in the maker's words.
    public var yaw, pitch, roll: Double

    public init(model: Model, x: Double, y: Double, yaw: Double, pitch: Double, roll: Double) {
      (self.model, self.x, self.y) = (model, x, y)
      (self.yaw, self.pitch, self.roll) = (yaw, pitch, roll)
    }
  }

  public enum Model: Hashable, Sendable {
    /// The distance from the middle grows with the angle, to `radius` at the edge of the field of view.
    case equidistant(radius: Double)
    case unifiedSphere(UnifiedSphereNumbers)
  }

  /// Of the unified sphere (Mei and Rives, 2007): mirror, focal lengths, radial and tangential distortion.
  public struct UnifiedSphereNumbers: Hashable, Sendable {
    public var mirror: Double
    public var focalLengthX, focalLengthY: Double
    public var k1, k2, k3: Double
    public var p1, p2: Double

    public init(
      mirror: Double, focalLength: (x: Double, y: Double), radial: (Double, Double, Double) = (0, 0, 0),
      tangential: (Double, Double) = (0, 0)
    ) {
      self.mirror = mirror
      (focalLengthX, focalLengthY) = focalLength
      (k1, k2, k3) = radial
      (p1, p2) = tangential
    }
  }

  /// One or two; the first looks forward, the second backward.
  public var lenses: [Lens]
  /// The square of one lens.
  public var width, height: Double

  public init(lenses: [Lens], width: Double, height: Double) {
    (self.lenses, self.width, self.height) = (lenses, width, height)
  }

  /// Why a calibration is not believed, in words that follow "for".
  public struct Invalid: Error, Hashable, CustomStringConvertible {
    public var description: String
  }
}

extension LensCalibration {
  /// What is longer is no calibration: two lenses take some 400 characters.
  static let maximumLength = 4096

  /// Insta360's `offset`: the number of lenses, six numbers a lens (radius, middle, angles), the size of all squares side
  /// by side, a type.
  static func offset(_ text: String) throws(Invalid) -> LensCalibration {
    let numbers = try numbers(of: text)
    let count = try count(numbers)
    guard numbers.count == 6 * count + 4 else { throw .init(description: "it has \(numbers.count) numbers") }
    let (width, height) = try square(numbers[6 * count + 1], numbers[6 * count + 2], of: count)
    let lenses = try (0..<count).map { index throws(Invalid) in
      let values = numbers[(1 + 6 * index)...].prefix(6).map(\.self)
      try check(values[0], "radius", in: height / 10...height)
      return try Lens(
        model: .equidistant(radius: values[0]), values: values[1...5].map(\.self), index: index, width: width,
        height: height)
    }
    return LensCalibration(lenses: lenses, width: width, height: height)
  }

  /// Insta360's `offset_v3`: the number of lenses, nineteen numbers a lens (mirror, focal lengths, middle, angles, place,
  /// distortion, the size of all squares side by side, a type), and a word for its version.
  static func offsetV3(_ text: String) throws(Invalid) -> LensCalibration {
    let numbers = try numbers(of: text)
    let count = try count(numbers)
    guard numbers.count == 19 * count + 1 || numbers.count == 19 * count + 2 else {
      throw .init(description: "it has \(numbers.count) numbers")
    }
    let (width, height) = try square(numbers[17], numbers[18], of: count)
    let lenses = try (0..<count).map { index throws(Invalid) in
      let values = numbers[(1 + 19 * index)...].prefix(19).map(\.self)
      guard try square(values[16], values[17], of: count) == (width, height) else {
        throw .init(description: "its lenses were measured in different pictures")
      }
      try check(values[0], "mirror", in: 0...5)
      for value in values[1...2] { try check(value, "focal length", in: height / 20...height * 10) }
      for value in values[11...13] { try check(value, "radial distortion", in: -100...100) }
      for value in values[14...15] { try check(value, "tangential distortion", in: -0.5...0.5) }
      return try Lens(
        model: .unifiedSphere(
          UnifiedSphereNumbers(
            mirror: values[0], focalLength: (values[1], values[2]), radial: (values[11], values[12], values[13]),
            tangential: (values[14], values[15]))),
        values: values[3...7].map(\.self), index: index, width: width, height: height)
    }
    return LensCalibration(lenses: lenses, width: width, height: height)
  }

  private static func numbers(of text: String) throws(Invalid) -> [Double] {
    guard text.utf8.count <= maximumLength else { throw .init(description: "it has \(text.utf8.count) characters") }
    let numbers = text.split(separator: "_", omittingEmptySubsequences: false).map { Double($0) ?? .nan }
    guard numbers.allSatisfy(\.isFinite) else { throw .init(description: "it does not consist of numbers") }
    return numbers
  }

  private static func count(_ numbers: [Double]) throws(Invalid) -> Int {
    guard let first = numbers.first, first == 1 || first == 2 else {
      throw .init(description: "it is not of one lens or two")
    }
    return Int(first)
  }

  /// One lens's part of the picture.
  private static func square(
    _ width: Double, _ height: Double, of count: Int
  ) throws(Invalid) -> (width: Double, height: Double) {
    try check(height, "height", in: 64...65536)
    try check(width / Double(count) / height, "squares' aspect ratio", in: 0.5...2)
    return (width / Double(count), height)
  }

  fileprivate static func check(_ value: Double, _ name: String, in range: ClosedRange<Double>) throws(Invalid) {
    guard range.contains(value) else { throw .init(description: "its \(name) is \(value)") }
  }
}

extension LensCalibration.Lens {
  /// - Parameter values: middle across and down, yaw, pitch and roll.
  fileprivate init(
    model: LensCalibration.Model, values: [Double], index: Int, width: Double, height: Double
  ) throws(LensCalibration.Invalid) {
    // Of a second lens it is counted from the first one's edge.
    let x = index == 1 && values[0] >= width ? values[0] - width : values[0]
    try LensCalibration.check(x, "middle", in: 0...width)
    try LensCalibration.check(values[1], "middle", in: 0...height)
    for angle in values[2...4] { try LensCalibration.check(angle, "angle", in: -360...360) }
    self.init(model: model, x: x, y: values[1], yaw: values[2], pitch: values[3], roll: values[4])
  }
}
