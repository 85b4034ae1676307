/// The Spherical Video V2 boxes in a video sample entry
/// (github.com/google/spatial-media, docs/spherical-video-v2-rfc.md).
struct SphericalSampleEntry {
  private(set) var stereo: SphericalMetadata.Stereo?
  private(set) var metadata: SphericalMetadata?

  /// The fields of a VisualSampleEntry before its boxes (ISO/IEC 14496-12, 12.1.3).
  private static let fieldBytes = 78

  init() {}

  init(_ movie: RawSpan, _ range: Range<Int>) throws(SphericalBoxes.Failure) {
    guard range.count >= Self.fieldBytes else { throw .init(reason: .truncated, offset: range.lowerBound) }
    var boxes = BoxIterator(range.dropFirst(Self.fieldBytes))
    while let box = try boxes.next(in: movie) {
      switch box.type {
      case "st3d": stereo = try Self.parseStereo(movie, box.contents)
      case "sv3d":
        guard let projection = try SphericalBoxes.child("proj", of: movie, box.contents) else { continue }
        metadata = try Self.parseProjection(movie, projection)
      default: continue
      }
    }
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
      case "mshp": projection = .mesh
      case "free", "skip": continue
      default: projection = projection ?? .other(box.type.name)
      }
    }
    return projection.map { SphericalMetadata(projection: $0, pose: pose, origin: .sphericalVideoV2) }
  }

  /// Of 16.16 fixed point.
  private static func degrees(_ value: UInt32) -> Double { Double(Int32(bitPattern: value)) / 65536 }
}
