import Glibc

/// The machine's clocks, in nanoseconds: read here and nowhere else.
public enum MonotonicTime {
  /// CLOCK_MONOTONIC.
  public static var now: Int64 { read(CLOCK_MONOTONIC) }

  /// What to add to `now` to get nanoseconds since 1970 (UTC).
  public static var wallClockOffset: Int64 { read(CLOCK_REALTIME) &- read(CLOCK_MONOTONIC) }

  /// Seconds since 1970 (UTC).
  public static var date: Int64 { read(CLOCK_REALTIME) / 1_000_000_000 }

  /// CLOCK_BOOTTIME: since the machine was switched on, the time that it slept included.
  public static var sinceBoot: Int64 { read(CLOCK_BOOTTIME) }

  private static func read(_ clock: clockid_t) -> Int64 {
    var time = timespec()
    unsafe clock_gettime(clock, &time)
    return Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec)
  }
}
