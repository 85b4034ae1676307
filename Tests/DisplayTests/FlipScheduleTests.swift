import Display
import SansIO
import Testing

/// Simulated vertical blanks, with jitter and drift, and pictures that arrive as a programme's do.
@Suite struct FlipScheduleTests {
  struct Screen {
    /// Pictures a second that the mode says, and by how much the screen's clock is off.
    var rate: Double
    var drift = 0.0
    /// How far a blank's time may be off, in nanoseconds.
    var jitter = 0.0
    var counts = true
  }

  struct Outcome {
    var schedule: FlipSchedule
    /// The blanks at which pictures came on.
    var shown: [Int64] = []
  }

  /// Shows pictures for `seconds`: each is flipped to at the blank that it is given, if it is there in time.
  private func show(
    _ fps: Double, on screen: Screen, seconds: Double, projection: Double = 4e6, arrivalJitter: Double = 3e6,
    stamp: (Double) -> Double = { $0 }, seed: UInt64
  ) -> Outcome {
    var random = SeededGenerator(seed: seed)
    let nominal = 1e9 / screen.rate
    let actual = nominal * (1 + screen.drift)
    let phase = Double.random(in: 0..<nominal, using: &random)
    func blank(_ count: Int64) -> Double { phase + Double(count) * actual }
    var outcome = Outcome(schedule: FlipSchedule(period: nominal, at: 0))
    var queue: [(target: Int64, ready: Double)] = []
    var lastBlank: Int64 = -1
    func flipUntil(_ time: Double) {
      while let first = queue.first {
        // The loop asks when it may, and when the picture is there; the card shows it at the next real blank.
        let asked = max(Double(outcome.schedule.blanks.submission(for: first.target)), first.ready, blank(lastBlank))
        guard asked < time else { return }
        let count = max(Int64(((asked - phase) / actual).rounded(.up)), lastBlank + 1)
        if queue.count > 1, queue[1].target <= outcome.schedule.blanks.next(after: Int64(asked)),
          queue[1].ready <= asked
        {
          queue.removeFirst()
          outcome.schedule.counters.missed += 1
          continue
        }
        lastBlank = count
        queue.removeFirst()
        outcome.shown.append(count)
        let seen = blank(count) + Double.random(in: -1...1, using: &random) * screen.jitter
        let stamp = FlipStamp(count: screen.counts ? UInt32(truncatingIfNeeded: count) : 0, time: Int64(seen))
        outcome.schedule.completed(stamp, target: first.target)
      }
    }
    for frame in 0..<Int(seconds * fps) {
      // Before the first flips nobody knows where the blanks are.
      if frame == 10 { outcome.schedule.counters = .init() }
      let due = Double(frame) * 1e9 / fps + 1e9
      let ready = due + projection + Double.random(in: 0...1, using: &random) * arrivalJitter
      flipUntil(ready)
      guard let target = outcome.schedule.place(time: Int64(stamp(due)), ready: Int64(ready)) else { continue }
      while let last = queue.last, last.target >= target {
        queue.removeLast()
        outcome.schedule.counters.missed += 1
      }
      queue.append((target, ready))
    }
    return outcome
  }

  /// How often each distance between pictures occurs.
  private func rhythm(_ shown: [Int64]) -> [Int64: Int] {
    // Before the first flips nobody knows where the blanks are.
    let shown = shown.dropFirst(3)
    return Dictionary(zip(shown, shown.dropFirst()).map { ($1 - $0, 1) }, uniquingKeysWith: +)
  }

  @Test(arguments: [(30.0, 60.0), (25, 60), (50, 50), (25, 50), (60, 60), (29.97, 59.94), (24, 60), (30, 144)])
  func `an hour without drift repeats nothing and misses nothing`(fps: Double, rate: Double) {
    let seed = UInt64.random(in: 0...UInt64.max)
    print("seed \(seed)")
    let outcome = show(fps, on: Screen(rate: rate, jitter: 500_000), seconds: 3600, seed: seed)
    let counters = outcome.schedule.counters
    // At 144 what jitters is half a refresh: the first picture may have come at the wrong moment.
    #expect(
      counters.anchorMoves <= (rate > 100 ? 1 : 0) && counters.repeated + counters.missed <= counters.anchorMoves,
      "\(counters) \(rhythm(outcome.shown))")
    #expect(counters.flips > UInt64(3600 * fps) - 15)
    let rhythm = rhythm(outcome.shown)
    let ideal = rate / fps
    #expect(counters.anchorMoves > 0 || rhythm.keys.allSatisfy { abs(Double($0) - ideal) < 1 }, "\(rhythm)")
  }

  @Test func `of 30 on 60 every second blank is a picture's, and of 25 on 60 after two and three in turn`() {
    #expect(rhythm(show(30, on: Screen(rate: 60), seconds: 60, seed: 1).shown).keys.sorted() == [2])
    let shown = Array(show(25, on: Screen(rate: 60), seconds: 60, seed: 1).shown.dropFirst(3))
    let steps = zip(shown, shown.dropFirst()).map { $1 - $0 }
    // Five pictures in twelve refreshes, whatever their number begins with.
    for start in steps.indices.dropLast(5) { #expect(steps[start..<start + 5].reduce(0, +) == 12) }
  }

  @Test(arguments: [-200e-6, -40e-6, 40e-6, 200e-6], [30.0, 25, 60])
  func `an hour of drift costs one refresh a move of the anchor, and as few moves as there are refreshes of drift`(
    drift: Double, fps: Double
  ) {
    let seed = UInt64.random(in: 0...UInt64.max)
    print("seed \(seed)")
    let outcome = show(fps, on: Screen(rate: 60, drift: drift, jitter: 500_000), seconds: 3600, seed: seed)
    let counters = outcome.schedule.counters
    // And one that came late at the start may be caught up with.
    #expect(counters.repeated + counters.missed <= counters.anchorMoves + 1, "\(counters)")
    #expect(Double(counters.anchorMoves) <= abs(drift) * 3600 * 60 + 2, "\(counters)")
    #expect(counters.anchorMoves > 0)
  }

  @Test func `a driver that counts nothing keeps the same rhythm by the times of its flips`() {
    for fps in [30.0, 25, 50] {
      let seed = UInt64.random(in: 0...UInt64.max)
      print("seed \(seed)")
      var random = SeededGenerator(seed: seed)
      var schedule = FlipSchedule(period: 1e9 / 60, at: 0)
      // Flips come back as soon as they are done: within 3 ms, whenever they are asked for.
      for frame in 0..<Int(3600 * fps) {
        let due = Double(frame) * 1e9 / fps
        let ready = Int64(due + Double.random(in: 4e6...7e6, using: &random))
        guard let target = schedule.place(time: Int64(due), ready: ready) else { continue }
        let asked = max(ready, schedule.blanks.submission(for: target))
        schedule.completed(
          FlipStamp(count: 0, time: asked + Int64.random(in: 0...3_000_000, using: &random)), target: target)
      }
      #expect(!schedule.blanks.areCounted)
      #expect(schedule.counters.repeated == 0 && schedule.counters.anchorMoves == 0, "\(fps): \(schedule.counters)")
    }
  }

  @Test func `stamps in whole milliseconds do not disturb the rhythm`() {
    for (fps, rate) in [(60.0, 60.0), (30, 60), (29.97, 60), (59.94, 60)] {
      let outcome = show(fps, on: Screen(rate: rate), seconds: 600, stamp: { ($0 / 1e6).rounded() * 1e6 }, seed: 7)
      let rhythm = rhythm(outcome.shown)
      let usual = Int64((rate / fps).rounded())
      // 29.97 on 60 slips by a refresh every 16 s, and no more often.
      let slips = rhythm.filter { $0.key != usual }.values.reduce(0, +)
      #expect(slips <= Int(600 * abs(rate - fps * Double(usual))) + 1, "\(fps) on \(rate): \(rhythm)")
    }
  }

  @Test func `a picture that is late is counted, and the next one is on time`() throws {
    var schedule = FlipSchedule(period: 10e6, at: 0)
    schedule.completed(FlipStamp(count: 0, time: 0), target: nil)
    let places = [schedule.place(time: 0, ready: 1_000_000), schedule.place(time: 20_000_000, ready: 21_000_000)]
    let (first, second) = (try #require(places[0]), try #require(places[1]))
    #expect(second == first + 2)
    schedule.completed(FlipStamp(count: UInt32(first), time: first * 10_000_000), target: first)
    schedule.completed(FlipStamp(count: UInt32(second + 3), time: (second + 3) * 10_000_000), target: second)
    #expect(schedule.counters.repeated == 3)
    #expect(schedule.place(time: 40_000_000, ready: 41_000_000) == second + 2)
  }

  @Test func `a projection that has become slower moves the anchor once, and lateness ends`() {
    var schedule = FlipSchedule(period: 10e6, at: 0)
    var late = 0
    for frame in 0..<400 {
      let due = Int64(frame) * 20_000_000
      let ready = due + (frame < 200 ? 1_000_000 : 22_000_000)
      guard let target = schedule.place(time: due, ready: ready) else { continue }
      let count = max(target, (ready + 9_999_999) / 10_000_000)
      if count > target { late += 1 }
      schedule.completed(FlipStamp(count: UInt32(count), time: count * 10_000_000), target: target)
    }
    #expect(schedule.counters.anchorMoves == 1 && late < 40, "\(schedule.counters), late: \(late)")
  }

  @Test func `after a pause there is no old rhythm to keep`() throws {
    var schedule = FlipSchedule(period: 10e6, at: 0)
    _ = schedule.place(time: 0, ready: 0)
    let target = schedule.place(time: 5_000_000_000, ready: 9_000_000_000)
    #expect((900...902).contains(try #require(target)))
  }

  @Test func `a count that makes no sense is not believed`() {
    var blanks = VerticalBlanks(period: 10e6, at: 0)
    #expect(blanks.record(FlipStamp(count: .max - 1, time: 10_000_000)) == 1)
    #expect(blanks.record(FlipStamp(count: 1, time: 40_000_000)) == 4, "it wraps around")
    #expect(blanks.record(FlipStamp(count: 4_000_000_000, time: 50_000_000)) == 5)
    #expect(blanks.record(FlipStamp(count: 4_000_000_001, time: 60_000_000)) == 6)
    #expect(blanks.record(FlipStamp(count: 4_000_000_002, time: .max)) >= 6)
  }
}
