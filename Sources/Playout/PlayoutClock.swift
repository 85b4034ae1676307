import Clocks
import Media
import Threads

/// The clock that pictures are shown by. Its time is the appliance's media time line: zero when the clock was made.
///
/// Only this reads the time and only this waits, so that tests pass hours in a moment.
public protocol PlayoutClock: Sendable {
  /// The time now; it never goes back.
  var now: MediaTime { get }

  /// The same instant in nanoseconds of CLOCK_MONOTONIC, for heartbeats.
  func monotonic(_ time: MediaTime) -> Int64

  /// Returns at `deadline` (nil: never), or as soon as `wakeup` is raised; a raise that came before counts.
  ///
  /// It may return early for no reason: the caller looks at the time again.
  func wait(until deadline: MediaTime?, or wakeup: Wakeup)
}

/// What ends a wait of a `PlayoutClock` early. Any thread may raise it; one thread waits for it.
public final class Wakeup: Sendable {
  private let raised = Monitor(false)

  public init() {}

  /// Ends the wait that is on, or the next one.
  public func raise() { raised.update { $0 = true } }

  /// Waits until it is raised or until `deadline`, in nanoseconds of CLOCK_MONOTONIC (nil: for ever). It stays raised.
  public func wait(until deadline: Int64?) { _ = raised.wait(until: deadline) { $0 ? () : nil } }

  package var isRaised: Bool { raised.withLock { $0 } }

  /// Whether it was raised; lowers it.
  public func consume() -> Bool {
    raised.withLock { raised in
      defer { raised = false }
      return raised
    }
  }
}

/// CLOCK_MONOTONIC, counted from the making of the value.
public struct MonotonicClock: PlayoutClock {
  private let origin: Int64

  public init() { origin = MonotonicTime.now }

  public var now: MediaTime { MediaTime(nanoseconds: MonotonicTime.now - origin) }

  public func monotonic(_ time: MediaTime) -> Int64 { (MediaTime(nanoseconds: origin) + time).nanoseconds }

  public func wait(until deadline: MediaTime?, or wakeup: Wakeup) {
    wakeup.wait(until: deadline.map(monotonic))
    _ = wakeup.consume()
  }
}
