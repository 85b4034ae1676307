/// What a video sample entry says of its picture: the Spherical Video V2 boxes
/// (github.com/google/spatial-media, docs/spherical-video-v2-rfc.md), Apple's `vexu` ("Apple HEVC Stereo Video
/// Interoperability Profile", and the QuickTime and ISO base media extensions of 2025), OMAF's `prfr` (ISO/IEC 23090-2)
/// and the clean aperture.
struct SphericalSampleEntry {
  private(set) var stereo: SphericalMetadata.Stereo?
  private(set) var metadata: SphericalMetadata?
  private(set) var apple: SphericalMetadata?
  private(set) var crop = SphericalMetadata.Crop.none

  /// The fields of a VisualSampleEntry before its boxes (ISO/IEC 14496-12, 12.1.3).
  private static let fieldBytes = 78

  init() {}

  init(_ movie: RawSpan, _ range: Range<Int>) throws(SphericalBoxes.Failure) {
    guard range.count >= Self.fieldBytes else { throw .init(reason: .truncated, offset: range.lowerBound) }
    let width = try movie.bigEndian(UInt16.self, at: range.lowerBound + 24, in: range)
    let height = try movie.bigEndian(UInt16.self, at: range.lowerBound + 26, in: range)
    var fieldOfView: Double?
    var boxes = BoxIterator(range.dropFirst(Self.fieldBytes))
    while let box = try boxes.next(in: movie) {
      switch box.type {
      case "clap": crop = try Self.parseAperture(movie, box.contents, width: Int(width), height: Int(height))
      case "st3d": stereo = try Self.parseStereo(movie, box.contents)
      case "sv3d":
        guard let projection = try SphericalBoxes.child("proj", of: movie, box.contents) else { continue }
        metadata = try Self.parseProjection(movie, projection)
      case "vexu": apple = try Self.parseExtendedUsage(movie, box.contents)
      case "hfov":
        let thousandths = try movie.bigEndian(UInt32.self, at: box.contents.lowerBound, in: box.contents)
        fieldOfView = Double(thousandths) / 1000
      case "rinf": apple = try Self.parseRestricted(movie, box.contents) ?? apple
      default: continue
      }
    }
    if let degrees = fieldOfView, (1...360).contains(degrees) { apple?.fieldOfView = degrees }
  }

  /// The boxes within a `vexu`; nil when they say nothing of the picture.
  private static func parseExtendedUsage(
    _ movie: RawSpan, _ range: Range<Int>
  ) throws(SphericalBoxes.Failure) -> SphericalMetadata? {
    var metadata = SphericalMetadata(projection: .unstated, origin: .appleVexu)
    var boxes = BoxIterator(range)
    while let box = try boxes.next(in: movie) {
      switch box.type {
      case "eyes":
        guard let views = try SphericalBoxes.child("stri", of: movie, box.contents) else { continue }
        // After version and flags: 8 says that the right eye comes first.
        metadata.swapsEyes = try movie.bigEndian(UInt8.self, at: views.lowerBound + 4, in: views) & 8 != 0
      case "proj":
        guard let kind = try SphericalBoxes.child("prji", of: movie, box.contents) else { continue }
        switch BoxType(code: try movie.fullBoxField(0, in: kind)) {
        case "rect": metadata.projection = .rectilinear
        case "equi": metadata.projection = .equirectangular(.full)
        case "hequ": metadata.projection = .halfEquirectangular
        case "fish": metadata.projection = .fisheye
        case let other: metadata.projection = .other(other.name)
        }
      case "pack":
        guard let kind = try SphericalBoxes.child("pkin", of: movie, box.contents) else { continue }
        switch BoxType(code: try movie.fullBoxField(0, in: kind)) {
        case "side": metadata.stereo = .leftRight
        case "over": metadata.stereo = .topBottom
        default: metadata.stereo = .other
        }
      default: continue
      }
    }
    return metadata.saysSomething ? metadata : nil
  }

  /// OMAF's projected pictures are restricted sample entries: the format is in the low five bits.
  private static func parseRestricted(
    _ movie: RawSpan, _ range: Range<Int>
  ) throws(SphericalBoxes.Failure) -> SphericalMetadata? {
    guard let scheme = try SphericalBoxes.child("schi", of: movie, range),
      let projected = try SphericalBoxes.child("povd", of: movie, scheme),
      let format = try SphericalBoxes.child("prfr", of: movie, projected)
    else { return nil }
    switch try movie.bigEndian(UInt8.self, at: format.lowerBound + 4, in: format) & 31 {
    case 0: return SphericalMetadata(projection: .equirectangular(.full), origin: .container)
    case 1: return SphericalMetadata(projection: .cubemap(layout: 0, padding: 0), origin: .container)
    default: return nil
    }
  }

  /// Clean aperture (ISO/IEC 14496-12, 12.1.4): its width and height, and how far its middle lies from the picture's,
  /// four fractions. One that does not lie within the picture is none.
  private static func parseAperture(
    _ movie: RawSpan, _ range: Range<Int>, width: Int, height: Int
  ) throws(SphericalBoxes.Failure) -> SphericalMetadata.Crop {
    func fraction(_ index: Int) throws(SphericalBoxes.Failure) -> Double {
      let numerator = try movie.bigEndian(UInt32.self, at: range.lowerBound + index * 8, in: range)
      let denominator = try movie.bigEndian(UInt32.self, at: range.lowerBound + index * 8 + 4, in: range)
      return Double(Int32(bitPattern: numerator)) / Double(denominator)
    }
    func edges(_ size: Double, _ offset: Double, of full: Int) -> (Int, Int)? {
      let before = ((Double(full) - size) / 2 + offset).rounded()
      let after = ((Double(full) - size) / 2 - offset).rounded()
      // Not a number fails this, too.
      guard size >= 1, before >= 0, after >= 0 else { return nil }
      return (Int(before), Int(after))
    }
    guard let across = edges(try fraction(0), try fraction(2), of: width),
      let down = edges(try fraction(1), try fraction(3), of: height)
    else { return .none }
    return .init(top: down.0, bottom: down.1, left: across.0, right: across.1)
  }

  private static func parseStereo(
    _ movie: RawSpan, _ range: Range<Int>
  ) throws(SphericalBoxes.Failure) -> SphericalMetadata.Stereo {
    // After version and flags.
    switch try movie.bigEndian(UInt8.self, at: range.lowerBound + 4, in: range) {
    case 0: .mono
    case 1: .topBottom
    case 2: .leftRight
    default: .other
    }
  }

  private static func parseProjection(
    _ movie: RawSpan, _ range: Range<Int>
  ) throws(SphericalBoxes.Failure) -> SphericalMetadata? {
    var pose = SphericalMetadata.Pose()
    var projection: SphericalMetadata.Projection?
    var mesh: SphericalMesh.Stored?
    var boxes = BoxIterator(range)
    while let box = try boxes.next(in: movie) {
      func field(_ index: Int) throws(SphericalBoxes.Failure) -> UInt32 {
        try movie.fullBoxField(index, in: box.contents)
      }
      switch box.type {
      case "prhd":
        pose = .init(yaw: degrees(try field(0)), pitch: degrees(try field(1)), roll: degrees(try field(2)))
      case "equi":
        projection = .equirectangular(
          .init(
            top: .fraction(try field(0)), bottom: .fraction(try field(1)),
            left: .fraction(try field(2)), right: .fraction(try field(3))))
      case "cbmp": projection = .cubemap(layout: try field(0), padding: try field(1))
      case "mshp":
        projection = .mesh
        mesh = try Self.parseMesh(movie, box.contents)
      case "free", "skip": continue
      default: projection = projection ?? .other(box.type.name)
      }
    }
    var metadata = projection.map { SphericalMetadata(projection: $0, pose: pose, origin: .sphericalVideoV2) }
    metadata?.mesh = mesh
    return metadata
  }

  /// After version, flags and a checksum: how the rest is packed, and the rest.
  static func parseMesh(_ bytes: RawSpan, _ range: Range<Int>) throws(SphericalBoxes.Failure) -> SphericalMesh.Stored? {
    let start = range.lowerBound + 12
    guard start <= range.upperBound, range.upperBound - start <= SphericalMesh.maximumBytes else { return nil }
    switch BoxType(code: try bytes.fullBoxField(1, in: range)) {
    case "raw ": return .init(isDeflated: false, bytes: bytes.bytes(in: start..<range.upperBound))
    case "dfl8": return .init(isDeflated: true, bytes: bytes.bytes(in: start..<range.upperBound))
    default: return nil
    }
  }

  /// Of 16.16 fixed point.
  private static func degrees(_ value: UInt32) -> Double { Double(Int32(bitPattern: value)) / 65536 }
}
