import Media

/// Thins frames out to a highest rate, by the time they are due, so that what stays is as even as it can be.
package struct FramerateCap {
  private let interval: MediaTime
  private var next: MediaTime?

  /// - Parameter framerate: frames a second.
  package init(framerate: Int) { interval = MediaTime(nanoseconds: 1_000_000_000 / Int64(max(framerate, 1))) }

  /// Admits the next frame whatever came before.
  package mutating func reset() { next = nil }

  /// Whether the frame that is due at `time` is shown.
  package mutating func admits(_ time: MediaTime) -> Bool {
    guard let next else {
      self.next = time + interval
      return true
    }
    // Stamps in whole milliseconds come up to half of one early.
    let tolerance = MediaTime(nanoseconds: interval.nanoseconds / 8)
    guard time + tolerance >= next else { return false }
    self.next = max(next, time - interval) + interval
    return true
  }
}
