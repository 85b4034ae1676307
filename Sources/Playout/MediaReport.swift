import FFmpeg
import Media
import SphericalMetadata

/// What Cupola makes of a file: `cupola probe`.
public struct MediaReport: Hashable, Sendable {
  /// libav's name of the container.
  public var format: String
  /// libav's names of the codec and its profile.
  public var codec: String
  public var profile: String?
  public var size: VideoSize
  /// Frames a second; nil when the file does not say.
  public var framerate: Double?
  public var duration: MediaTime?
  public var pixelFormat: String
  /// Bits a sample.
  public var bitDepth: Int
  public var colour: ColourDescription
  /// What is shown of the picture, and why: "equirectangular (Spherical Video V2 metadata)".
  public var projection: String
  /// Whether the projection is a guess from the picture's shape, or from nothing.
  public var isProjectionAssumed: Bool
  /// The size of the part of the picture that is looked at.
  public var viewedSize: VideoSize
  /// libav's names of the codecs of the sound, in the order of the streams.
  public var audio: [String]
  /// Whether a picture came out of the decoder, and if not, why.
  public var failure: String?
}

/// Opens `url` and decodes one picture of it.
///
/// - Throws: `MediaError` when it cannot be opened, has no video, or its codec no decoder.
public func probe(_ url: String, access: MediaAccess = MediaAccess()) throws(MediaError) -> MediaReport {
  let demuxer = try Demuxer(url: url, access: access, memory: MemoryBudget.pictures)
  guard let video = demuxer.video else { throw .noVideo }
  let spherical = SphericalMetadata.of(video, in: demuxer)
  let projection = SourceProjection(spherical)
  var report = MediaReport(
    format: demuxer.formatName, codec: video.codecName, profile: video.profile, size: video.size,
    framerate: video.averageFrameRate?.value, duration: video.duration, pixelFormat: video.pixelFormat,
    bitDepth: video.bitDepth, colour: video.colour, projection: projection.description,
    isProjectionAssumed: spherical?.isAssumed ?? true, viewedSize: projection.region(of: video.size).size,
    audio: demuxer.tracks.filter { $0.kind == .audio }.map(\.codecName), failure: nil)
  let source = try MediaFileSource(url: url, access: access, decoderThreads: 1)
  do throws(MediaError) {
    if let frame = try source.nextFrame()?.frame {
      report.size = frame.size
      report.viewedSize = projection.region(of: frame.size).size
    } else {
      report.failure = "no picture in it can be decoded"
    }
  } catch {
    report.failure = error.description
  }
  return report
}

extension MediaFileSource {
  /// The next frame, however much work that is; nil at the end.
  package func nextFrame() throws(MediaError) -> SourceFrame? {
    while true {
      switch try step() {
      case .working, .waiting, .notSought: continue
      case .frame(let frame): return frame
      case .end: return nil
      }
    }
  }
}
