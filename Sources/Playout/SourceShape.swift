import FFmpeg
import Media
import SphericalMetadata
import SphericalVideo

extension SourceProjection {
  /// The shape of an open item's picture: what somebody said of it, then what the file says, then what its name says,
  /// and of what says nothing, what its form makes likely.
  package init(
    of video: VideoStream, in demuxer: borrowing Demuxer, name: String, override: ShapeOverride = .none
  ) {
    let metadata = SphericalMetadata.of(video, in: demuxer, name: name)
    let pair = TrackPair(of: video, among: demuxer.tracks)
    self.init(metadata, turn: Self.turn(of: video, metadata), size: video.size, tracks: pair == nil ? 1 : 2)
    sampleAspectRatio = turn.swapsAxes ? 1 / video.sampleAspectRatio : video.sampleAspectRatio
    if pair != nil, Self.isGoProMax(video.size), origin == .none || origin == .name {
      (shape, origin, confidence) = (.goproMax(tracks: 2, overlap: 0), .trailer, 0.95)
    }
    apply(override, to: video, pair: pair)
  }

  /// From what a file says.
  ///
  /// - Parameters:
  ///   - size: Of the stored picture, if known: one that is twice as wide as high is taken for a panorama.
  ///   - tracks: How many that are alike there are.
  package init(
    _ metadata: SphericalMetadata?, turn: PictureTurn = .none, size: VideoSize? = nil, tracks: Int = 1
  ) {
    let metadata = metadata ?? SphericalMetadata(projection: .unstated, origin: .assumed)
    self.init(.equirectangular(.full), origin: ShapeOrigin(metadata.origin), confidence: 1)
    self.turn = turn
    pose = metadata.pose
    crop = metadata.crop
    swapsEyes = metadata.swapsEyes
    switch metadata.stereo {
    case .mono: stereo = .mono
    case .topBottom: stereo = .topBottom
    case .leftRight: stereo = .leftRight
    case .other: notes.append("stereoscopic in a way that is not supported")
    }
    if metadata.stereo != .mono {
      eyes.source = (metadata.stereoOrigin ?? metadata.origin) == .name ? .name : .container
    }
    switch metadata.projection {
    case .unstated:
      origin = .none
      confidence = 0.2
      if let size {
        let viewed = viewedSize(of: size)
        if viewed.width == 2 * viewed.height { confidence = 0.6 }
      }
    case .equirectangular(let bounds): shape = .equirectangular(Self.bounds(bounds, &notes))
    case .halfEquirectangular: shape = .equirectangular(.half)
    case .cubemap(let layout, let padding):
      if layout > 0 { notes.append("its faces are taken for layout 0, for layout \(layout) is unknown") }
      shape = .cubemap(columns: 3, padding: Int(min(padding, 4096)))
    case .rectilinear: shape = .flat
    case .fisheye where metadata.calibration != nil, .dualFisheye where metadata.calibration != nil:
      takeLenses(metadata.calibration!, size: size, tracks: tracks)
    case .fisheye: shape = .fisheye(lensFieldOfView: metadata.fieldOfView ?? 180)
    case .dualFisheye: shape = .dualFisheye(lensFieldOfView: metadata.fieldOfView ?? 190, tracks: 1)
    case .equiangularCubemap: shape = .equiangularCubemap
    case .mesh:
      do throws(SphericalMesh.Invalid) {
        shape = .mesh(try Self.meshes(metadata.mesh))
      } catch {
        shape = .equirectangular(.half)
        (confidence, notes) = (0.5, notes + ["for \(error)"])
      }
    case .other(let name): notes.append("though it is \(name), which is not supported")
    }
    if metadata.origin == .name { confidence = min(confidence, 0.5) }
    notes += metadata.overruled.map { "though \($0)" }
  }

  private static func meshes(_ stored: SphericalMesh.Stored?) throws(SphericalMesh.Invalid) -> [SphericalMesh] {
    guard let stored else { throw .init(description: "its mesh is packed in an unknown way") }
    guard stored.isDeflated else { return try SphericalMesh.parse(stored.bytes) }
    guard let bytes = inflate(stored.bytes, limit: SphericalMesh.maximumBytes) else {
      throw .init(description: "its mesh is damaged")
    }
    return try SphericalMesh.parse(bytes)
  }

  private static func bounds(
    _ bounds: SphericalMetadata.Bounds, _ notes: inout [String]
  ) -> Equirectangular.Bounds {
    let (across, down) = (1 - bounds.left - bounds.right, 1 - bounds.top - bounds.bottom)
    guard min(bounds.top, bounds.bottom, bounds.left, bounds.right) >= 0, across > 0.001, down > 0.001 else {
      notes.append("its bounds ignored, for they leave nothing")
      return .full
    }
    return .init(top: bounds.top, bottom: bounds.bottom, left: bounds.left, right: bounds.right)
  }

  /// What was said of the picture goes before what is known of it, key by key.
  package mutating func apply(_ override: ShapeOverride) {
    if let stereo = override.stereo { (eyes.layout, eyes.source) = (stereo, .override) }
    if let eye = override.eye { self.eye = eye }
    heading = override.heading ?? heading
    if let projection = override.projection {
      (shape, origin, confidence, notes) = (Self.shape(projection), .override, 1, [])
    }
    guard let degrees = override.lensFieldOfView else { return }
    switch shape {
    case .fisheye: shape = .fisheye(lensFieldOfView: degrees)
    case .dualFisheye(_, let tracks): shape = .dualFisheye(lensFieldOfView: degrees, tracks: tracks)
    case .measuredLenses(let lenses, let pictures, _):
      shape = .measuredLenses(lenses, pictures: pictures, lensFieldOfView: degrees)
    default: break
    }
  }

  static func shape(_ name: ShapeName) -> Shape {
    switch name {
    case .equirectangular, .mesh: .equirectangular(.full)
    case .halfEquirectangular: .equirectangular(.half)
    case .cubemap3x2: .cubemap(columns: 3, padding: 0)
    case .cubemap6x1: .cubemap(columns: 6, padding: 0)
    case .cubemap1x6: .cubemap(columns: 1, padding: 0)
    case .eac: .equiangularCubemap
    case .fisheye: .fisheye(lensFieldOfView: 180)
    case .dualFisheye: .dualFisheye(lensFieldOfView: 190, tracks: 1)
    case .goproMax: .goproMax(tracks: 2, overlap: 0)
    case .flat: .flat
    }
  }

  /// Matroska has no display matrix: what says that it is flat is rolled counter-clockwise, or mirrored by half a turn
  /// about its upright axis (RFC 9559, 5.1.4.1.28.41).
  private static func turn(of video: VideoStream, _ metadata: SphericalMetadata?) -> PictureTurn {
    guard video.turn == .none, let metadata, metadata.origin == .matroska, metadata.projection == .rectilinear,
      metadata.pose.roll.magnitude <= 360
    else { return video.turn }
    return PictureTurn(
      quarters: -Int((metadata.pose.roll / 90).rounded()), isMirrored: metadata.pose.yaw.magnitude == 180)
  }
}

extension SphericalMetadata {
  /// What an open item says of how its video covers the sphere; nil when it says nothing.
  ///
  /// The file's own words, which libav 5.1 does not get right (it takes a mesh for an equirectangular picture), go before
  /// libav's, which newer ones find elsewhere, too (Apple's `vexu`).
  package static func of(
    _ video: VideoStream, in demuxer: borrowing Demuxer, name: String
  ) -> SphericalMetadata? {
    settled(
      [own(video, in: demuxer) ?? video.spherical, trailer(of: demuxer), SphericalMetadata(name: name)]
        .compactMap(\.self))
  }

  private static func trailer(of demuxer: borrowing Demuxer) -> SphericalMetadata? {
    demuxer.file.map(FileBytes.init).flatMap { SphericalMetadata(trailerOf: $0) }
  }

  private static func own(_ video: VideoStream, in demuxer: borrowing Demuxer) -> SphericalMetadata? {
    guard let bytes = demuxer.file.map(FileBytes.init) else { return nil }
    if demuxer.container.formatName.hasPrefix("mov,") {
      return SphericalMetadata(mp4: bytes, trackID: video.containerID)
    }
    if demuxer.container.isStill { return SphericalMetadata(still: bytes) }
    guard demuxer.container.formatName.hasPrefix("matroska") else { return nil }
    let place = demuxer.tracks.filter { $0.kind == .video && $0.index < video.index }.count
    return SphericalMetadata(matroska: bytes, videoTrack: place)
  }
}

extension FileBytes {
  fileprivate init(_ file: RegularFile) {
    self.init(size: file.size) { count, offset in file.read(count, at: offset) }
  }
}
