import Clocks
import FFmpeg
import Media
import Playout
import SphericalVideo
import TestCardFilm
import Threads

/// Longer than anything takes, in nanoseconds of the monotonic clock.
func deadline() -> Int64 { MonotonicTime.now + 10_000_000_000 }

/// Keeps what a player publishes.
final class Recorder: FrameReceiver {
  struct Seen {
    var time: MediaTime
    /// When it was handed out.
    var at: MediaTime
    /// What the bars of the picture say; nil without bars.
    var number: Int?
    /// What eight bars over its whole width say, as `NumberedClips` writes them.
    var bars: Int?
    var size: VideoSize
  }

  private let clock: any PlayoutClock
  private let reader: FrameNumberReader?
  private let frames = Monitor([Seen]())
  private let awake = Monitor(true)

  init(clock: any PlayoutClock, readsNumbers: Bool = false) {
    self.clock = clock
    reader = readsNumbers ? FrameNumberReader() : nil
  }

  var seen: [Seen] { frames.withLock { $0 } }
  var numbers: [Int?] { seen.map(\.number) }
  var isAwake: Bool {
    get { awake.withLock { $0 } }
    set { awake.withLock { $0 = newValue } }
  }

  func attached(to programme: CurrentFrame) {}

  func offer(_ frame: TimedFrame) {
    let isSmall = frame.frame.size == VideoSize(width: 128, height: 64)
    let seen = Seen(
      time: frame.time, at: clock.now, number: reader?.number(of: frame),
      bars: isSmall ? NumberedClips.number(of: frame.frame) : nil, size: frame.frame.size)
    frames.update { $0.append(seen) }
  }

  /// Whether so many frames come, in ten seconds.
  func wait(for count: Int) -> Bool { frames.wait(until: deadline()) { $0.count >= count ? true : nil } ?? false }

  func forget() { frames.withLock { $0 = [] } }
}

/// Reads the frame number of a test panorama as a viewer would: out of the view to the front.
struct FrameNumberReader: Sendable {
  private let tables = RemapTableCache(capacity: 4)
  private static let side = 480

  func number(of frame: TimedFrame) -> Int? {
    let size = VideoSize(width: Self.side, height: Self.side)
    let view = PresetView(preset: CameraPreset.defaults[0], size: size, tables: tables)
    return view.picture(of: frame).withPicture(Self.number(in:))
  }

  /// Reads a view to the front, 90° wide and as high.
  static func number(in view: VideoFrame) -> Int? { view.withPicture(number(in:)) }

  private static func number(in picture: PlanarPicture) -> Int? {
    TestCardFilm.number(side: side) { column, row in
      Int((picture.luma.base + row * picture.luma.stride + column).load(as: UInt8.self))
    }
  }
}
