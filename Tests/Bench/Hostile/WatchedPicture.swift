import SansIO

/// What a viewer has seen of a picture of 30 frames a second.
struct WatchedPicture {
  private(set) var frames = 0
  /// Frames whose time came and that did not.
  private(set) var missed = 0
  /// Seconds between the arrivals of two frames.
  private(set) var longestPause = 0.0
  private var last: (timestamp: UInt32, arrival: Instant)?

  /// 1/90000 s from one frame to the next.
  private static let ticks: UInt32 = 3000

  mutating func see(_ timestamp: UInt32, at arrival: Instant) {
    frames += 1
    if let last {
      let steps = (timestamp &- last.timestamp &+ Self.ticks / 2) / Self.ticks
      // The time line begins anew where it was held up for long; then the pause tells.
      missed += steps > 1 && steps < 1000 ? Int(steps) - 1 : 0
      longestPause = max(longestPause, (arrival - last.arrival) / .seconds(1))
    }
    last = (timestamp, arrival)
  }

  /// Counts the time until now as a pause, if it is the longest.
  mutating func end(at now: Instant) {
    if let last { longestPause = max(longestPause, (now - last.arrival) / .seconds(1)) }
  }
}
