import FFmpeg
import Media
import SphericalMetadata

extension SourceProjection {
  /// What an open item says of its picture, or what is assumed of one that says nothing.
  package init(of video: VideoStream, in demuxer: borrowing Demuxer) {
    let metadata = SphericalMetadata.of(video, in: demuxer)
    self.init(metadata, turn: Self.turn(of: video, metadata))
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
  /// What an open item says of how its video covers the sphere, or what is assumed of one that says nothing.
  ///
  /// The file's own words, which libav 5.1 does not get right (it takes a mesh for an equirectangular picture), go before
  /// libav's, which newer ones find elsewhere, too (Apple's `vexu`).
  package static func of(_ video: VideoStream, in demuxer: borrowing Demuxer) -> SphericalMetadata? {
    let found = own(video, in: demuxer) ?? video.spherical
    guard let found else { return assumed(SphericalMetadata(projection: .unstated, origin: .assumed), of: video) }
    return found.projection == .unstated ? assumed(found, of: video) ?? found : found
  }

  private static func own(_ video: VideoStream, in demuxer: borrowing Demuxer) -> SphericalMetadata? {
    guard let file = demuxer.file else { return nil }
    let bytes = FileBytes(size: file.size) { count, offset in file.read(count, at: offset) }
    if demuxer.container.formatName.hasPrefix("mov,") {
      return SphericalMetadata(mp4: bytes, trackID: video.containerID)
    }
    guard demuxer.container.formatName.hasPrefix("matroska") else { return nil }
    let place = demuxer.tracks.filter { $0.kind == .video && $0.index < video.index }.count
    return SphericalMetadata(matroska: bytes, videoTrack: place)
  }

  /// A picture that is twice as wide as high, of one eye, without what is cropped, is taken for a full panorama.
  private static func assumed(_ metadata: SphericalMetadata, of video: VideoStream) -> SphericalMetadata? {
    let size = SourceProjection(metadata, turn: video.turn).viewedSize(of: video.size)
    guard size.height > 0, size.width == 2 * size.height else { return nil }
    var metadata = metadata
    metadata.projection = .equirectangular(.full)
    metadata.origin = .assumed
    return metadata
  }
}
