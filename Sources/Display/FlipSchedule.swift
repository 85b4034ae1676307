/// Says at which vertical blank each picture comes on, and counts where that did not happen.
///
/// By counting, not by looking at the time: a picture comes on at the first blank at its place on the media time line, in
/// refreshes from an anchor: of 30 a second on 60 at every second one, of 25 on 60 after 3, 2, 3, 2, 2. The two clocks drift apart;
/// what tells is how long before its blank a picture is there. That is to be one refresh: more is delay, less leaves no
/// room for a projection that takes longer once. When it is off by more than half a refresh (and by so much more that
/// what jitters there and back changes nothing) the anchor moves by whole refreshes, once.
///
/// All times are nanoseconds of CLOCK_MONOTONIC, but those of pictures, which are of the media time line.
package struct FlipSchedule {
  package struct Counters: Hashable, Sendable {
    /// Flips that completed.
    package var flips: UInt64 = 0
    /// Refreshes at which a picture was on for longer than it was to be: the next one came late, or the anchor moved.
    package var repeated: UInt64 = 0
    /// Pictures that never came on.
    package var missed: UInt64 = 0
    package var anchorMoves: UInt64 = 0

    package init() {}
  }

  /// How long before its blank a picture is to be there, in refreshes, after an anchor is laid.
  private static let slack = 0.625..<1.625
  /// Outside of this the anchor moves.
  private static let tolerated = 0.375...1.75
  /// A picture so long after the one before has no rhythm to keep.
  private static let gap: Int64 = 500_000_000
  /// How many pictures are looked at before the anchor moves, and how many of them may be late by chance.
  private static let window = 32
  private static let outliers = 2
  /// By how much of a refresh a picture may come on after its place, and before it for the sake of an even rhythm:
  /// stamps in whole milliseconds are off by that.
  private static let rounding = -0.05...1.05

  package private(set) var blanks: VerticalBlanks
  package var counters: Counters
  private var anchor: (time: Int64, count: Int64)?
  private var last: (time: Int64, count: Int64)?
  /// From the picture before the last to the last.
  private var step: Int64?
  private var slacks: [Double] = []
  /// By how many refreshes the last picture came on after its blank.
  private var lateness: Int64 = 0

  package init(period: Double, at now: Int64, counters: Counters = Counters()) {
    blanks = VerticalBlanks(period: period, at: now)
    self.counters = counters
  }

  /// The blank at which a picture is to come on; nil: it is left out, for the anchor has moved and its blank is taken.
  ///
  /// - Parameters:
  ///   - time: its place on the media time line.
  ///   - ready: when it can be on the card.
  package mutating func place(time: Int64, ready: Int64) -> Int64? {
    guard let anchor, let last, time >= last.time - Self.gap, time <= last.time + Self.gap else {
      return lay(time: time, ready: ready)
    }
    // Between two of the rhythm: somebody looks elsewhere, and waits for it.
    if let step, time - last.time < step * 3 / 4 { return blanks.next(after: ready) }
    step = time - last.time
    let exact = Double(time - anchor.time) / blanks.period
    var count = anchor.count + Int64(exact.rounded(.up))
    let even = last.count + Int64((Double(time - last.time) / blanks.period).rounded())
    if Self.rounding.contains(Double(even - anchor.count) - exact) { count = even }
    count = max(count, last.count)
    slacks.append(Double(blanks.time(of: anchor.count) &- ready) / blanks.period + exact)
    if slacks.count >= Self.window { count += moveAnchor() }
    self.last = (max(time, last.time), max(count, last.count))
    if count <= last.count, self.anchor?.count != anchor.count {
      counters.missed += 1
      return nil
    }
    return count
  }

  /// Forgets the rhythm: the next picture begins one.
  package mutating func forget() {
    anchor = nil
    last = nil
    step = nil
    slacks = []
  }

  /// A flip has completed.
  ///
  /// - Parameter target: the blank that it was for; nil where any would do.
  package mutating func completed(_ stamp: FlipStamp, target: Int64?) {
    let knowledge = blanks.knowledge
    let count = blanks.record(stamp)
    // The blanks lie elsewhere than they were thought to: the rhythm begins anew with the next picture.
    if blanks.knowledge != knowledge { forget() }
    counters.flips += 1
    guard let target else { return }
    // Being as late as the one before is even, and no refresh more.
    let lateness = max(0, count - target)
    if lateness > self.lateness { counters.repeated += UInt64(lateness - self.lateness) }
    self.lateness = lateness
  }

  private mutating func lay(time: Int64, ready: Int64) -> Int64 {
    forget()
    var count = blanks.nearest(to: ready)
    while Double(blanks.time(of: count) &- ready) / blanks.period < Self.slack.lowerBound { count += 1 }
    anchor = (time, count)
    last = (time, count)
    return count
  }

  /// By how many refreshes the anchor moves.
  private mutating func moveAnchor() -> Int64 {
    let slack = slacks.sorted()[Self.outliers]
    slacks.removeFirst(slacks.count / 2)
    guard !Self.tolerated.contains(slack), let anchor else { return 0 }
    let move = -Int64((slack - Self.slack.lowerBound).rounded(.down))
    self.anchor = (anchor.time, anchor.count + move)
    slacks = []
    counters.anchorMoves += 1
    if move > 0 { counters.repeated += UInt64(move) }
    return move
  }
}
