/// A file on disk that can be read at any place.
public struct FileBytes {
  /// In bytes.
  public var size: Int64
  /// Gives exactly so many bytes from an offset on, or nil.
  public var read: (_ count: Int, _ offset: Int64) -> [UInt8]?

  public init(size: Int64, read: @escaping (_ count: Int, _ offset: Int64) -> [UInt8]?) {
    self.size = size
    self.read = read
  }
}

extension SphericalMetadata {
  /// What an MP4 or QuickTime file says of the track with this ID; nil when it says nothing.
  public init?(mp4 file: FileBytes, trackID: Int64) {
    guard let movie = MovieBox.read(from: file), let tracks = try? unsafe SphericalBoxes.parse(movie.span.bytes),
      let track = tracks.first(where: { Int64($0.trackID) == trackID })
    else { return nil }
    self = track.metadata
  }

  /// What a still picture says of itself; nil when it says nothing.
  public init?(still file: FileBytes) {
    guard let metadata = PhotoSphere.metadata(of: file) else { return nil }
    self = metadata
  }

  /// What an Insta360 camera wrote behind a film or a picture; nil when it wrote nothing.
  public init?(trailerOf file: FileBytes) {
    guard let metadata = Insta360Trailer.metadata(of: file) else { return nil }
    self = metadata
  }

  /// What a Matroska or WebM file says of its video track at this place among those of video; nil when it says nothing.
  public init?(matroska file: FileBytes, videoTrack: Int) {
    guard let elements = MatroskaTracks.read(from: file) else { return nil }
    let tracks = unsafe MatroskaTracks.parse(elements.span.bytes)
    guard tracks.indices.contains(videoTrack), let metadata = tracks[videoTrack] else { return nil }
    self = metadata
  }
}
