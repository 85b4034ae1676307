import Clocks
import FFmpeg
import Media
import Threads

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
  /// Whether it is a picture without motion, which lasts as long as the configuration says.
  public var isStill: Bool
  public var pixelFormat: String
  /// Bits a sample.
  public var bitDepth: Int
  public var colour: ColourDescription
  /// What is shown of the picture, and why: "equirectangular (Spherical Video V2 metadata)".
  public var projection: String
  /// The same for programs.
  public var shape: ShapeReport
  /// The size of the part of the picture that is looked at.
  public var viewedSize: VideoSize
  /// libav's names of the codecs of the sound, in the order of the streams.
  public var audio: [String]
  /// Whether a picture came out of the decoder, and if not, why.
  public var failure: String?
}

/// How long an address may take to show a picture.
private let addressPatience: Int64 = 10

/// Opens `url` and decodes one picture of it.
///
/// - Throws: `MediaError` when it cannot be opened, has no video, or its codec no decoder; `.timedOut` when it is an
///   address that shows nothing within ten seconds.
public func probe(
  _ url: MediaLocation, access: MediaAccess = MediaAccess(), shape: ShapeOverride = .none
) throws(MediaError) -> MediaReport {
  let interruption = Interruption()
  guard url.isAddress else { return try probe(url, access: access, shape: shape, interruption: interruption) }
  // Not all that is waited for can be broken off: names, for instance, the system looks up.
  let answer = Monitor<Result<MediaReport, MediaError>?>(nil)
  let thread = WorkerThread(name: "probe") {
    let result = Result { () throws(MediaError) in
      try probe(url, access: access, shape: shape, interruption: interruption)
    }
    answer.update { $0 = result }
  }
  guard thread != nil else { throw .interrupted }
  defer { interruption.raise() }
  guard let result = answer.wait(until: MonotonicTime.now + addressPatience * 1_000_000_000, for: { $0 }) else {
    throw .timedOut
  }
  return try result.get()
}

private func probe(
  _ url: MediaLocation, access: MediaAccess, shape: ShapeOverride, interruption: Interruption
) throws(MediaError) -> MediaReport {
  let source = try MediaFileSource(
    url: url, access: access, shape: shape, decoderThreads: 1, shapes: ShapeFinder(), interruption: interruption)
  let (video, container) = (source.reader.video, source.reader.container)
  var projection = source.description.projection
  var report = MediaReport(
    format: container.formatName, codec: video.codecName, profile: video.profile, size: video.size,
    framerate: container.isStill ? nil : video.averageFrameRate?.value, duration: source.description.duration,
    isStill: container.isStill, pixelFormat: video.pixelFormat, bitDepth: video.bitDepth, colour: video.colour,
    projection: projection.description, shape: projection.report,
    viewedSize: projection.viewedSize(of: video.size),
    audio: source.reader.tracks.filter { $0.kind == .audio }.map(\.codecName), failure: nil)
  do throws(MediaError) {
    if let found = try source.nextFrame() {
      projection.turn = found.turn ?? projection.turn
      if let packing = found.packing { projection.take(packing) }
      report.size = found.frame.size
      report.projection = projection.description
      report.shape = projection.report
      report.viewedSize = projection.viewedSize(of: found.frame.size)
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
