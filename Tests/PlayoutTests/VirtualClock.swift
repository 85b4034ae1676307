import Clocks
import Media
import Playout
import Testing
import Threads

/// A clock that stands still until a test lets it run: it then jumps from one deadline to the next, each time when all
/// the threads that use it have nothing to do but wait.
final class VirtualClock: PlayoutClock {
  private struct State {
    var now = MediaTime.zero
    var waiters: [ObjectIdentifier: Waiter] = [:]
    var isReleased = false
  }

  private struct Waiter {
    var deadline: MediaTime?
    var wakeup: Wakeup
  }

  private let state = Monitor(State())

  var now: MediaTime { state.withLock { $0.now } }

  func monotonic(_ time: MediaTime) -> Int64 { time.nanoseconds }

  func wait(until deadline: MediaTime?, or wakeup: Wakeup) {
    let id = ObjectIdentifier(wakeup)
    while true {
      let isOver = state.update { state in
        let isOver = wakeup.consume() || state.isReleased || deadline.map { $0 <= state.now } == true
        state.waiters[id] = isOver ? nil : Waiter(deadline: deadline, wakeup: wakeup)
        return isOver
      }
      if isOver { return }
      wakeup.wait(until: nil)
    }
  }

  /// Takes so long, on the thread that calls.
  func pass(_ seconds: Double) {
    if seconds > 0 { wait(until: now + MediaTime(seconds: seconds), or: Wakeup()) }
  }

  /// Moves the time by hand; nobody is woken.
  func move(by seconds: Double) { state.update { $0.now = $0.now + MediaTime(seconds: seconds) } }

  /// Lets nobody wait any more, so that threads can end.
  func release() {
    state.update { state in
      state.isReleased = true
      for waiter in state.waiters.values { waiter.wakeup.raise() }
    }
  }

  /// Lets the time run to `seconds`, with `threads` that use it; returns when they all wait for later.
  func run(to seconds: Double, threads: Int = 1, sourceLocation: SourceLocation = #_sourceLocation) {
    let target = MediaTime(seconds: seconds)
    while true {
      let woken = state.wait(until: MonotonicTime.now + 20_000_000_000) { state -> [Wakeup]? in
        guard state.waiters.count == threads, !state.waiters.values.contains(where: \.wakeup.isRaised) else {
          return nil
        }
        let earliest = state.waiters.values.compactMap(\.deadline).min()
        state.now = max(state.now, min(earliest ?? target, target))
        return state.waiters.values.filter { $0.deadline.map { $0 <= state.now } == true }.map(\.wakeup)
      }
      guard let woken else {
        Issue.record("a thread does not come to rest", sourceLocation: sourceLocation)
        return
      }
      if woken.isEmpty { return }
      for wakeup in woken { wakeup.raise() }
    }
  }
}
