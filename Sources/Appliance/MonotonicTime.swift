import Glibc
import Synchronization

/// The clocks, in nanoseconds: read here and nowhere else in this module.
enum MonotonicTime {
  /// CLOCK_MONOTONIC.
  static var now: UInt64 { read(CLOCK_MONOTONIC) }

  /// What to add to `now` to get nanoseconds since 1970 (UTC).
  static var wallClockOffset: Int64 { Int64(read(CLOCK_REALTIME)) - Int64(read(CLOCK_MONOTONIC)) }

  /// Seconds since 1970 (UTC).
  static var date: Int64 { Int64(read(CLOCK_REALTIME) / 1_000_000_000) }

  private static func read(_ clock: clockid_t) -> UInt64 {
    var time = timespec()
    clock_gettime(clock, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }
}

/// A value that threads share.
final class LockedBox<Value: Sendable>: Sendable {
  private let box: Mutex<Value>

  init(_ value: Value) { box = Mutex(value) }

  var value: Value { box.withLock { $0 } }

  func set(_ newValue: Value) { box.withLock { $0 = newValue } }
}

/// How many frames a second were published lately.
struct FramerateMeter: Sendable {
  private var samples: [(frames: UInt64, time: UInt64)] = []

  mutating func sample(_ frames: UInt64, at time: UInt64) {
    samples.append((frames, time))
    if samples.count > 5 { samples.removeFirst() }
  }

  /// Over the last seconds; 0 before there are two samples.
  var framesPerSecond: Double {
    guard let first = samples.first, let last = samples.last, last.time > first.time else { return 0 }
    return Double(last.frames - first.frames) / (Double(last.time - first.time) / 1e9)
  }
}
