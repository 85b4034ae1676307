import Heartbeats
import Media
import SphericalVideo
import Synchronization

/// A preset's view in one rendition: projects and encodes the programme's frames while somebody watches.
///
/// It works on a thread of its own, with a mailbox of two frames, so it never holds up the player or another preset.
/// Asleep it costs nothing but that it exists: no encoder, no table of its own, and a thread that waits.
public final class PresetChannel: FrameReceiver {
  public struct Counters: Hashable, Sendable {
    public var encoded: UInt64 = 0
    public var keyframes: UInt64 = 0
    public var bytes: UInt64 = 0
    /// Frames that gave way to newer ones, because projecting and encoding take longer than frames last.
    public var dropped: UInt64 = 0
    public var encoderFailures: UInt64 = 0
    /// What projecting and encoding took.
    public var busyTime = MediaTime.zero
    /// Frames that wait in the mailbox now.
    public var waiting = 0

    public init() {}
  }

  public enum Event: Hashable, Sendable {
    case awake
    /// The first frame since it is awake has been encoded.
    case firstFrame
    case asleep
    /// The encoder failed and is opened again; told once for failures in a row.
    case encoderFailed(reason: String)
  }

  public let rendition: Rendition
  private let worker: ChannelWorker

  /// - Parameters:
  ///   - heartbeat: beats with every coded frame.
  ///   - sink: gets every coded frame, on the channel's thread, which waits for it: return soon.
  ///   - events: told on the channel's thread.
  public init(
    view: PresetView, rendition: Rendition, hardware: HardwareAcceleration? = nil,
    heartbeat: Heartbeat = Heartbeat("preset"),
    sink: @escaping @Sendable (EncodedFrame) -> Void,
    events: @escaping @Sendable (Event) -> Void = { _ in }
  ) {
    precondition(view.size == rendition.size, "a view is encoded in its own size")
    self.rendition = rendition
    worker = ChannelWorker(
      view: view, heartbeat: heartbeat, sink: { RenditionEncoder(rendition, hardware: hardware, output: sink) },
      events: events)
  }

  deinit { close() }

  public var view: PresetView { worker.view }

  public var counters: Counters {
    worker.state.withLock { state in
      var counters = state.counters
      counters.dropped = state.schedule.dropped
      counters.waiting = state.schedule.waiting
      return counters
    }
  }

  public var isAwake: Bool { worker.awake.load(ordering: .relaxed) }

  public func attached(to programme: CurrentFrame) { worker.change { $0.programme = programme } }

  /// Somebody watches: the frame that is on is encoded at once, as a key frame.
  ///
  /// Without a thread to do it on nothing comes, which is told, and which the supervisor sees; the next call tries
  /// again, and the next frame.
  public func wake() {
    worker.change { state in
      state.schedule.wake()
      worker.expectWork(state)
    }
    worker.startIfNeeded()
  }

  /// Nobody watches any more.
  public func sleep() { worker.change { $0.schedule.sleep() } }

  /// Makes a coming frame a key frame, soon: one serves all who asked before it.
  public func requestKeyframe() {
    worker.change { state in
      guard let now = state.programme?.clock.now else { return }
      state.schedule.requestKeyframe(at: now)
    }
  }

  public func offer(_ frame: TimedFrame) {
    worker.change { $0.schedule.offer(frame) }
    if !worker.isStarted.load(ordering: .relaxed) { worker.startIfNeeded() }
  }

  /// Its view looks elsewhere: what is on is shown again at once.
  public func refresh() { worker.change { $0.schedule.refresh() } }

  /// Sleeps for good.
  public func close() { worker.change { $0.schedule.close() } }
}
