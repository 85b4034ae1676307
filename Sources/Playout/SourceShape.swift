import FFmpeg
import Media
import SphericalMetadata

extension SphericalMetadata {
  /// What an open item says of how its video covers the sphere, or what is assumed of one that says nothing.
  ///
  /// The file's own words, which libav 5.1 does not get right (it takes a mesh for an equirectangular picture), go before
  /// libav's, which newer ones find elsewhere, too (Apple's `vexu`).
  package static func of(_ video: VideoStream, in demuxer: borrowing Demuxer) -> SphericalMetadata? {
    own(video, in: demuxer) ?? video.spherical ?? assumed(of: video.size)
  }

  private static func own(_ video: VideoStream, in demuxer: borrowing Demuxer) -> SphericalMetadata? {
    guard let file = demuxer.file else { return nil }
    let bytes = FileBytes(size: file.size) { count, offset in file.read(count, at: offset) }
    if demuxer.formatName.hasPrefix("mov,") { return SphericalMetadata(mp4: bytes, trackID: video.containerID) }
    guard demuxer.formatName.hasPrefix("matroska") else { return nil }
    let place = demuxer.tracks.filter { $0.kind == .video && $0.index < video.index }.count
    return SphericalMetadata(matroska: bytes, videoTrack: place)
  }

  /// A picture twice as wide as high that says nothing is taken for a full panorama.
  private static func assumed(of size: VideoSize) -> SphericalMetadata? {
    guard size.height > 0, size.width == 2 * size.height else { return nil }
    return SphericalMetadata(projection: .equirectangular(.full), origin: .assumed)
  }
}
