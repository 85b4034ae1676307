/// Reads how a picture covers the sphere from the elements of a Matroska or WebM file (RFC 9559, 5.1.4.1.28).
///
/// ```
/// Segment ─ Tracks ─ TrackEntry ┬ TrackType                     1: video
///                               └ Video ┬ StereoMode
///                                       ├ PixelCropTop, Bottom, Left, Right
///                                       └ Projection ┬ ProjectionType
///                                                    ├ ProjectionPrivate    the contents of equi, cbmp or mshp
///                                                    └ ProjectionPoseYaw, Pitch, Roll
/// ```
///
/// As with boxes, the walk goes down this tree only, and hostile bytes cost at most their own length.
public enum MatroskaTracks {
  private static let maximumSize = 4 << 20
  private static let maximumElements = 10_000

  /// Names of elements, their marker bits included.
  private enum Name {
    static let header: UInt64 = 0x1A45_DFA3
    static let segment: UInt64 = 0x1853_8067
    static let tracks: UInt64 = 0x1654_AE6B
    static let trackEntry: UInt64 = 0xAE
    static let trackType: UInt64 = 0x83
    static let video: UInt64 = 0xE0
    static let stereoMode: UInt64 = 0x53B8
    static let cropBottom: UInt64 = 0x54AA
    static let cropTop: UInt64 = 0x54BB
    static let cropLeft: UInt64 = 0x54CC
    static let cropRight: UInt64 = 0x54DD
    static let projection: UInt64 = 0x7670
    static let projectionType: UInt64 = 0x7671
    static let projectionPrivate: UInt64 = 0x7672
    static let poseYaw: UInt64 = 0x7673
    static let posePitch: UInt64 = 0x7674
    static let poseRoll: UInt64 = 0x7675
  }

  /// The contents of the Tracks element; nil when there is none, it is too big or the file cannot be read.
  static func read(from file: FileBytes) -> [UInt8]? {
    var offset: Int64 = 0
    for number in 0..<maximumElements {
      guard let header = header(in: file, at: offset) else { return nil }
      if number == 0, header.name != Name.header { return nil }
      let contents = offset + Int64(header.bytes)
      if header.name == Name.tracks {
        guard let size = header.size, size <= UInt64(maximumSize) else { return nil }
        return file.read(Int(size), contents)
      }
      // What the segment holds lies within it; everything else is passed over.
      if header.name == Name.segment {
        offset = contents
        continue
      }
      guard let size = header.size, size <= UInt64(max(0, file.size - contents)) else { return nil }
      offset = contents + Int64(size)
    }
    return nil
  }

  private static func header(in file: FileBytes, at offset: Int64) -> EBMLHeader? {
    let left = file.size - offset
    guard left >= 2, let bytes = file.read(Int(min(left, 12)), offset) else { return nil }
    let span = unsafe bytes.span.bytes
    return EBMLHeader(span, at: 0, in: 0..<span.byteCount)
  }

  /// What each video track says, in their order; nil for one that says nothing, or not in a way that makes sense.
  ///
  /// - Parameter tracks: the contents of the Tracks element.
  public static func parse(_ tracks: RawSpan) -> [SphericalMetadata?] {
    var found: [SphericalMetadata?] = []
    EBMLHeader.forEach(in: tracks, 0..<tracks.byteCount) { name, contents in
      guard name == Name.trackEntry else { return }
      var isVideo = false
      var metadata: SphericalMetadata?
      EBMLHeader.forEach(in: tracks, contents) { name, contents in
        switch name {
        case Name.trackType: isVideo = tracks.unsigned(in: contents) == 1
        case Name.video: metadata = video(tracks, contents)
        default: break
        }
      }
      if isVideo { found.append(metadata) }
    }
    return found
  }

  private static func video(_ tracks: RawSpan, _ range: Range<Int>) -> SphericalMetadata? {
    var stereo = SphericalMetadata.Stereo.mono
    var swapsEyes = false
    var crop = SphericalMetadata.Crop.none
    var projection: Range<Int>?
    EBMLHeader.forEach(in: tracks, range) { name, contents in
      switch name {
      case Name.stereoMode: (stereo, swapsEyes) = mode(tracks.unsigned(in: contents))
      case Name.cropTop: crop.top = pixels(tracks, contents)
      case Name.cropBottom: crop.bottom = pixels(tracks, contents)
      case Name.cropLeft: crop.left = pixels(tracks, contents)
      case Name.cropRight: crop.right = pixels(tracks, contents)
      case Name.projection: projection = contents
      default: break
      }
    }
    var metadata =
      projection.flatMap { Self.metadata(tracks, $0) } ?? SphericalMetadata(projection: .unstated, origin: .matroska)
    metadata.stereo = stereo
    metadata.swapsEyes = swapsEyes
    metadata.crop = crop
    return metadata.saysSomething ? metadata : nil
  }

  /// More than a picture can have are none.
  private static func pixels(_ tracks: RawSpan, _ range: Range<Int>) -> Int {
    tracks.unsigned(in: range).flatMap { $0 <= 32768 ? Int($0) : nil } ?? 0
  }

  /// RFC 9559, 5.1.4.1.28.3, and whether the right eye is first.
  private static func mode(_ value: UInt64?) -> (SphericalMetadata.Stereo, swapsEyes: Bool) {
    switch value {
    case 0: (.mono, false)
    case 1: (.leftRight, false)
    case 11: (.leftRight, true)
    case 2: (.topBottom, true)
    case 3: (.topBottom, false)
    default: (.other, false)
    }
  }

  private static func metadata(_ tracks: RawSpan, _ range: Range<Int>) -> SphericalMetadata? {
    var type: UInt64? = 0
    var own = 0..<0
    var pose = SphericalMetadata.Pose()
    EBMLHeader.forEach(in: tracks, range) { name, contents in
      switch name {
      case Name.projectionType: type = tracks.unsigned(in: contents)
      case Name.projectionPrivate: own = contents
      case Name.poseYaw: pose.yaw = tracks.float(in: contents) ?? 0
      case Name.posePitch: pose.pitch = tracks.float(in: contents) ?? 0
      case Name.poseRoll: pose.roll = tracks.float(in: contents) ?? 0
      default: break
      }
    }
    func field(_ index: Int) -> UInt32 { (try? tracks.fullBoxField(index, in: own)) ?? 0 }
    let projection: SphericalMetadata.Projection
    switch type {
    case 0: projection = .rectilinear
    case 1:
      projection = .equirectangular(
        .init(
          top: .fraction(field(0)), bottom: .fraction(field(1)), left: .fraction(field(2)),
          right: .fraction(field(3))))
    case 2: projection = .cubemap(layout: field(0), padding: field(1))
    case 3: projection = .mesh
    default: return nil
    }
    var metadata = SphericalMetadata(projection: projection, pose: pose, origin: .matroska)
    if projection == .mesh { metadata.mesh = try? SphericalSampleEntry.parseMesh(tracks, own) }
    return metadata
  }
}
