import FFmpeg
import Media

/// The second of an item's two tracks that show the world together, read and decoded in step with the first.
///
/// It has a reader of its own: where one of the two has to go back, the other goes on. The first one's pictures say what is
/// wanted: the picture that is on then. Where this one has fewer, or breaks off, its last picture stays.
final class CompanionTrack {
  enum Step {
    case picture(VideoFrame)
    /// Something was done, but the picture is not there yet.
    case working
    /// There are no packets yet.
    case waiting
  }

  private struct Picture {
    var frame: VideoFrame
    var position: MediaTime
  }

  private let reader: PacketReader
  private let decoder: VideoDecoder
  private var converter = PixelConverter()
  private var matcher = PictureMatcher()
  private var timestamps: TimestampRepair
  private var current: Picture?
  private var next: Picture?
  /// Why nothing follows; nil while something may.
  private var end: MediaError?

  /// - Parameters:
  ///   - plan: how it is decoded.
  ///   - timestamps: with the origin of the first track.
  init(_ reader: PacketReader, plan: DecodingPlan, timestamps: TimestampRepair) throws(MediaError) {
    self.reader = reader
    self.timestamps = timestamps
    decoder = try VideoDecoder(plan, reader: reader)
  }

  var errors: Int { decoder.errors.count }

  var isSparing: Bool {
    get { decoder.isSparing }
    set { decoder.isSparing = newValue }
  }

  var isWatched: Bool {
    get { decoder.isWatched }
    set { decoder.isWatched = newValue }
  }

  func start(waking wakeup: Wakeup) { reader.start(waking: wakeup) }

  func seek(to position: MediaTime) {
    (current, next, end) = (nil, nil, nil)
    decoder.seek(to: position)
  }

  /// Does a short piece of work for the picture that is on with `other`, at `position` of the item; it is made like that.
  ///
  /// - Throws: `MediaError` when there is no picture at all.
  func step(for other: VideoFrame, at position: MediaTime) throws(MediaError) -> Step {
    let tolerance = MediaTime(nanoseconds: timestamps.frameDuration.nanoseconds / 2)
    // What begins later is shown from the start.
    if let next, next.position <= position + tolerance || current == nil { (current, self.next) = (next, nil) }
    if let current, current.position >= position - tolerance || next != nil {
      return try picture(current, for: other)
    }
    if let end {
      guard let current else { throw end }
      return try picture(current, for: other)
    }
    do throws(MediaError) {
      return try decode()
    } catch {
      guard current != nil else { throw error }
      end = error
      return .working
    }
  }

  private func decode() throws(MediaError) -> Step {
    switch try decoder.step() {
    case .picture(let frame):
      let upright = frame.layout == nil ? try converter.convert(frame) : frame
      next = Picture(frame: upright, position: timestamps.position(of: frame.pts))
      return .working
    case .waiting: return .waiting
    case .working, .notSought: return .working
    case .sought:
      timestamps.reset()
      return .working
    case .end:
      end = .noVideo
      return .working
    }
  }

  private func picture(_ picture: Picture, for other: VideoFrame) throws(MediaError) -> Step {
    let frame = try matcher.match(picture.frame, to: other)
    current?.frame = frame
    return .picture(frame)
  }
}
