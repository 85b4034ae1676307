import FFmpeg
import Media
import Playout
import SansIO
import Testing

@Suite struct MediaTimelineTests {
  private let frame = MediaTime(seconds: 1 / 30)

  @Test func `items follow one another without a gap, wherever their own time starts`() {
    var timeline = MediaTimeline()
    var item = ItemTimeline()
    timeline.jump(to: .zero, after: nil)
    let first = (0..<3).map { timeline.place(position: ms(5000 + $0 * 40), duration: ms(40), of: &item) }
    timeline.beginItem()
    item.lift()
    let second = (0..<2).map { timeline.place(position: ms(-20 + $0 * 40), duration: ms(40), of: &item) }
    #expect(first + second == [0, 40, 80, 120, 160].map(ms))
  }

  @Test func `times increase though positions do not`() {
    var timeline = MediaTimeline()
    var item = ItemTimeline()
    timeline.jump(to: ms(7), after: nil)
    let times = [0, 40, 40, 20, 120].map { timeline.place(position: ms($0), duration: ms(40), of: &item) }
    #expect(zip(times, times.dropFirst()).allSatisfy { $0 < $1 })
    #expect(times.last == ms(127))
  }

  @Test func `a jump stays behind what is out already`() {
    var timeline = MediaTimeline()
    var item = ItemTimeline()
    timeline.jump(to: .zero, after: nil)
    let published = timeline.place(position: .zero, duration: frame, of: &item)
    _ = timeline.place(position: frame, duration: frame, of: &item)
    timeline.jump(to: published, after: published)
    item.lift()
    let next = timeline.place(position: ms(90_000), duration: frame, of: &item)
    #expect(next > published)
    #expect(next < published + ms(1))
  }

  @Test func `a move shifts all that comes`() {
    var timeline = MediaTimeline()
    var item = ItemTimeline()
    timeline.jump(to: .zero, after: nil)
    _ = timeline.place(position: .zero, duration: ms(40), of: &item)
    timeline.move(by: ms(1000))
    item.move(by: ms(1000))
    #expect(timeline.place(position: ms(40), duration: ms(40), of: &item) == ms(1040))
    timeline.beginItem()
    item.lift()
    #expect(timeline.place(position: .zero, duration: ms(40), of: &item) == ms(1080))
  }

  @Test func `the cap thins a faster source evenly and leaves others alone`() {
    func admitted(_ framerate: Double, cap: Int) -> Int {
      var cap = FramerateCap(framerate: cap)
      return (0..<Int(framerate * 2)).count { cap.admits(MediaTime(seconds: Double($0) / framerate)) }
    }
    #expect(admitted(60, cap: 30) == 60)
    #expect(admitted(120, cap: 30) == 60)
    #expect((58...61).contains(admitted(50, cap: 30)))
    #expect(admitted(30, cap: 30) == 60)
    #expect(admitted(30000.0 / 1001, cap: 30) == 59)
    #expect(admitted(24, cap: 30) == 48)
    #expect(admitted(10, cap: 30) == 20)
  }

  @Test func `stamps in whole milliseconds pass the cap of their own rate`() {
    var cap = FramerateCap(framerate: 30)
    #expect((0..<90).allSatisfy { cap.admits(ms($0 * 1000 / 30)) })
  }

  @Test func `a late frame is dropped, shown or given up on by rule`() {
    func verdict(_ late: Double, newer: Bool, lastPublished: Double) -> LatePolicy.Verdict {
      LatePolicy.verdict(
        due: MediaTime(seconds: 10), now: MediaTime(seconds: 10 + late), period: frame, hasNewer: newer,
        lastPublished: MediaTime(seconds: 10 + late - lastPublished))
    }
    #expect(verdict(0.02, newer: true, lastPublished: 0.001) == .publish)
    #expect(verdict(0.05, newer: true, lastPublished: 1) == .drop)
    #expect(verdict(0.05, newer: false, lastPublished: 1) == .publish)
    #expect(verdict(0.05, newer: false, lastPublished: 0.001) == .drop)
    #expect(verdict(0.7, newer: false, lastPublished: 0.001) == .publishAndReanchor)
    #expect(verdict(0.7, newer: true, lastPublished: 1) == .drop)
  }
}

@Suite struct TimestampRepairTests {
  private func repair(origin: Int64? = 0) -> TimestampRepair {
    TimestampRepair(timeBase: Rational(1, 1000)!, origin: origin, frameDuration: ms(40))
  }

  private func positions(_ stamps: [Int64?], origin: Int64? = 0) -> [MediaTime] {
    var repair = repair(origin: origin)
    return stamps.map { repair.position(of: $0) }
  }

  @Test func `good stamps are positions from the origin, however uneven`() {
    #expect(positions([1000, 1033, 1100, 2000], origin: 1000) == [0, 33, 100, 1000].map(ms))
    #expect(positions([77, 117], origin: nil) == [0, 40].map(ms))
  }

  @Test func `missing stamps are guessed`() {
    #expect(positions([0, nil, nil, 120, nil]) == [0, 40, 80, 120, 160].map(ms))
    #expect(positions([nil, nil]) == [0, 40].map(ms))
  }

  @Test func `a single wrong stamp changes nothing after it`() {
    #expect(positions([0, 40, 3, 120, 160]) == [0, 40, 80, 120, 160].map(ms))
    #expect(positions([0, 40, 9_000_000, 120, 160]) == [0, 40, 80, 120, 160].map(ms))
  }

  @Test func `a stream that starts counting anew goes on where it was`() {
    #expect(positions([0, 40, 80, 0, 40, 90]) == [0, 40, 80, 120, 160, 210].map(ms))
    #expect(positions([0, 40, 90_000_000, 90_000_040]) == [0, 40, 80, 120].map(ms))
  }

  /// Picture and sound of two recordings that were glued together; the sound begins anew a little before or after.
  @Test(arguments: [(-30, 7), (0, 7), (45, 7), (-30, 22), (45, 22)])
  func `the tracks of an item are moved by the same where they begin to count anew`(shift: Int, distance: Int) {
    let shared = SharedCorrection()
    func repair() -> TimestampRepair {
      TimestampRepair(timeBase: Rational(1, 1000)!, origin: 0, frameDuration: ms(40), shared: shared)
    }
    var (picture, sound) = (repair(), repair())
    // Two seconds, and two more that count from 100 s on; each stamp with its place in the file.
    func stamps(every step: Int, until end: Int) -> [(stamp: Int, place: Int)] {
      stride(from: 0, to: end, by: step).map { ($0, $0) }
        + stride(from: 0, to: 2000, by: step).map { (100_000 + $0, 2050 + $0) }
    }
    let all =
      stamps(every: 40, until: 2000).map { (isSound: false, stamp: $0.stamp, place: $0.place) }
      + stamps(every: distance, until: 2000 + shift).map { (isSound: true, stamp: $0.stamp, place: $0.place) }
    var offsets: [Bool: Set<Int64>] = [:]
    for (isSound, stamp, place) in all.sorted(by: { $0.place < $1.place }) {
      let position = isSound ? sound.position(of: Int64(stamp)) : picture.position(of: Int64(stamp))
      if place > 2500 { offsets[isSound, default: []].insert(position.nanoseconds - Int64(stamp) * 1_000_000) }
    }
    #expect(offsets[true]?.count == 1)
    #expect(offsets[true] == offsets[false])
  }

  @Test func `stamps all alike still make a stream`() {
    #expect(positions([5, 5, 5, 5], origin: 5) == [0, 40, 80, 120].map(ms))
  }

  @Test func `absurd stamps do not trap`() {
    let times = positions([.min, .max, 0, .max, .min, .min, nil, .max, .max, 1], origin: .max)
    #expect(zip(times, times.dropFirst()).allSatisfy { $0 < $1 })
    var repair = TimestampRepair(timeBase: Rational(.max, 1)!, origin: nil, frameDuration: .zero)
    #expect(repair.frameDuration > .zero)
    #expect(repair.duration(of: .max) == nil)
    #expect(repair.duration(of: -1) == nil)
    _ = repair.position(of: .max)
    _ = repair.position(of: .min)
  }

  @Test(arguments: [1, 2, 3] as [UInt64])
  func `positions of any stamps increase, seed`(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    var repair = repair()
    var last: MediaTime?
    for _ in 0..<2000 {
      let stamp: Int64? =
        switch Int.random(in: 0..<4, using: &generator) {
        case 0: nil
        case 1: Int64.random(in: .min ... .max, using: &generator)
        default: Int64.random(in: -5000...5000, using: &generator)
        }
      let position = repair.position(of: stamp)
      if let last { #expect(position > last) }
      last = position
    }
  }
}

func ms(_ milliseconds: Int) -> MediaTime { MediaTime(nanoseconds: Int64(milliseconds) * 1_000_000) }
