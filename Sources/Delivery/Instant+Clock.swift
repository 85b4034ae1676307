import Clocks
import SansIO

extension Instant {
  /// The monotonic clock: the one place where engines get their time from.
  static var now: Instant { Instant(nanoseconds: MonotonicTime.now) }
}
