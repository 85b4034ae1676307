/// The vertical blanks of a mode: their numbers and times, as far as completed flips tell.
///
/// Where a driver counts, its count is followed. Where it does not (virtio-gpu says 0 each time), or says what cannot be,
/// blanks are a grid that was laid when the mode was set, and a flip's time says in which cell it came on.
package struct VerticalBlanks {
  package enum Knowledge: Hashable {
    /// No flip has completed yet. The driver is taken to count.
    case none
    /// The driver's count is followed, until it is seen to stand still.
    case counted
    case byTime
  }

  /// Nanoseconds from one to the next, by the mode's timing.
  package let period: Double
  package private(set) var knowledge = Knowledge.none
  /// A blank whose time is known.
  private var known: (count: Int64, time: Int64)
  private var lastStamp: FlipStamp?

  /// - Parameter time: when the mode was set, which stands for a blank until there is a better one.
  package init(period: Double, at time: Int64) {
    self.period = max(period, 1_000_000)
    known = (0, time)
  }

  package var areCounted: Bool { knowledge != .byTime }

  /// When a blank is, or was.
  package func time(of count: Int64) -> Int64 {
    // A count that is far off comes from a time that is: what is asked for lies within minutes.
    known.time &+ Int64(clamping: Double(count - known.count) * period)
  }

  /// The blank nearest to a time.
  package func nearest(to time: Int64) -> Int64 {
    known.count &+ Int64(clamping: (Double(time &- known.time) / period).rounded())
  }

  /// The first blank at which a flip that is asked for now can come on.
  package func next(after now: Int64) -> Int64 {
    // Without blanks a flip comes on at once.
    guard areCounted else { return nearest(to: now) }
    let count = nearest(to: now)
    return Double(time(of: count) &- now) > period / 16 ? count : count + 1
  }

  /// When to ask for a flip that is to come on at a blank, and no earlier: it would come on at the one before.
  package func submission(for count: Int64) -> Int64 {
    time(of: count) &- Int64(period * (areCounted ? 0.75 : 0.25))
  }

  /// Takes a completed flip in.
  ///
  /// - Returns: the number of the blank at which it came on.
  package mutating func record(_ stamp: FlipStamp) -> Int64 {
    defer { lastStamp = stamp }
    let byTime = nearest(to: stamp.time)
    guard let lastStamp else {
      knowledge = .counted
      known = (byTime, stamp.time)
      return byTime
    }
    guard areCounted else { return byTime }
    let elapsed = Double(stamp.time &- lastStamp.time) / period
    let counted = Int32(bitPattern: stamp.count &- lastStamp.count)
    if counted == 0, elapsed > 1.5 {
      knowledge = .byTime
      return byTime
    }
    // What was said of a long time may be off by a little; of a short one by less than half.
    let isCredible = counted >= 0 && abs(Double(counted) - elapsed) < 0.5 + abs(elapsed) * 0.01
    let count = isCredible ? known.count + Int64(counted) : max(byTime, known.count)
    known = (count, stamp.time)
    return count
  }
}

extension Int64 {
  /// The nearest that can be said; 0 for what is no number.
  fileprivate init(clamping value: Double) {
    self = Int64(exactly: value.rounded()) ?? (value.isNaN ? 0 : value < 0 ? .min / 4 : .max / 4)
  }
}
