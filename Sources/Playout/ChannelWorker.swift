import FFmpeg
import Heartbeats
import Media
import SphericalVideo
import Synchronization
import Threads

/// A channel's state and thread; it outlives the channel by what the thread still has to finish.
final class ChannelWorker: Sendable {
  struct State {
    var schedule = ChannelSchedule()
    var counters = PresetChannel.Counters()
    var programme: CurrentFrame?
    var thread: WorkerThread?
    var saidThereIsNone = false
  }

  let state: Mutex<State>
  /// What the schedule says, to be read without the lock.
  let awake = Atomic(false)
  /// Whether there is a thread.
  let isStarted = Atomic(false)

  let view: PresetView
  /// Makes what takes the pictures, on the thread.
  private let makeSink: @Sendable () -> any PictureSink
  private let events: @Sendable (PresetChannel.Event) -> Void
  private let heartbeat: Heartbeat
  private let wakeup = Wakeup()

  init(
    view: PresetView, heartbeat: Heartbeat, sink: @escaping @Sendable () -> any PictureSink,
    events: @escaping @Sendable (PresetChannel.Event) -> Void
  ) {
    self.view = view
    self.heartbeat = heartbeat
    makeSink = sink
    self.events = events
    state = Mutex(State())
  }

  /// Changes the state and lets the thread look at it.
  func change(_ body: (inout State) -> Void) {
    state.withLock { state in
      body(&state)
      awake.store(state.schedule.isAwake, ordering: .relaxed)
    }
    wakeup.raise()
  }

  /// Starts the thread when there is something to do and it is not there yet.
  func startIfNeeded() {
    let isNews = state.withLock { state in
      guard state.schedule.isAwake, state.thread == nil else { return false }
      state.thread = WorkerThread(name: "preset \(view.preset.number)") { [self] in run() }
      isStarted.store(state.thread != nil, ordering: .relaxed)
      defer { state.saidThereIsNone = state.thread == nil }
      return state.thread == nil && !state.saidThereIsNone
    }
    if isNews { events(.encoderFailed(reason: "the system has no more threads")) }
  }

  /// A channel that wakes has a picture to send, unless there is none yet.
  func expectWork(_ state: State) {
    guard state.schedule.isAwake, let programme = state.programme, programme.latest != nil else { return }
    heartbeat.expectUnlessExpected(by: programme.clock.monotonic(programme.clock.now))
  }

  /// The thread.
  func run() {
    let sink = makeSink()
    var wasAwake = false
    var hasEncoded = false
    while true {
      let (task, programme) = state.withLock { state in
        let programme = state.programme
        let now = programme?.clock.now ?? .zero
        return (state.schedule.next(at: now) { programme?.again() }, programme)
      }
      switch task {
      case .close:
        if wasAwake { view.end() }
        return heartbeat.rest(.stopped)
      case .sleep:
        heartbeat.rest(.nobodyWatches)
        sink.release()
        if wasAwake {
          view.end()
          events(.asleep)
        }
        wasAwake = false
        hasEncoded = false
        wakeup.wait(until: nil)
        _ = wakeup.consume()
      case .wait(let deadline):
        if let programme {
          if let deadline {
            heartbeat.expectUnlessExpected(by: programme.clock.monotonic(deadline))
          } else {
            heartbeat.rest(.nothingToShow)
          }
          programme.clock.wait(until: deadline, or: wakeup)
        } else {
          heartbeat.rest(.nothingToShow)
          wakeup.wait(until: nil)
          _ = wakeup.consume()
        }
      case .encode(var frame, let asKeyframe):
        state.withLock { expectWork($0) }
        if !wasAwake {
          events(.awake)
          view.begin()
          // Newer frames come in the meantime, and viewers saw them on the stream that they come from.
          view.prepare(for: frame)
          sink.prepare(for: frame.frame.colour.shown)
          frame = state.withLock { $0.schedule.takeNewest() } ?? frame
        }
        wasAwake = true
        if show(frame, asEntryPoint: asKeyframe, to: sink, clock: programme?.clock), !hasEncoded {
          hasEncoded = true
          events(.firstFrame)
        }
      }
    }
  }

  /// Whether something came of it.
  private func show(
    _ frame: TimedFrame, asEntryPoint: Bool, to sink: any PictureSink, clock: (any PlayoutClock)?
  ) -> Bool {
    let begin = clock?.now ?? .zero
    do {
      let taken = try sink.take(view.picture(of: frame), time: frame.time, isEntryPoint: asEntryPoint)
      let isWanted = state.withLock { state in
        let now = clock?.now ?? frame.time
        state.counters.busyTime = state.counters.busyTime + (now - begin)
        state.schedule.encoded(at: now, asKeyframe: taken?.isEntryPoint == true)
        if taken != nil, let clock {
          heartbeat.beat(next: clock.monotonic(now + ChannelSchedule.stillInterval))
        }
        guard let taken, state.schedule.isAwake else { return false }
        state.counters.encoded += 1
        state.counters.keyframes += taken.isEntryPoint ? 1 : 0
        state.counters.bytes += UInt64(taken.bytes)
        return true
      }
      if isWanted { sink.present() }
      return taken != nil
    } catch {
      let isFirst = state.withLock { state in
        state.schedule.failed(at: clock?.now ?? frame.time)
        state.counters.encoderFailures += 1
        return state.schedule.failuresInARow == 1
      }
      if isFirst { events(.encoderFailed(reason: "\(error)")) }
      return false
    }
  }
}
