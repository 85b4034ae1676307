import FFmpeg
import Foundation
import FuzzEntries
import Media
import Playout
import SansIO
import Testing
import Threads

/// Numbers that a file, a clock or somebody with a pencil makes up.
@Suite struct ArithmeticTests {
  private static let odd: [(Double, Int64)] = [
    (.nan, 0), (.signalingNaN, 0), (.infinity, .max), (-.infinity, .min), (1e300, .max), (-1e300, .min),
    (9_223_372_036.854775807, .max), (-0.0, 0), (.leastNonzeroMagnitude, 0),
    (1.5, 1_500_000_000),
  ]

  @Test(arguments: Self.odd)
  func `seconds that are no time become the nearest that is`(seconds: Double, nanoseconds: Int64) {
    #expect(MediaTime(seconds: seconds).nanoseconds == nanoseconds)
  }

  @Test func `sums and differences stay at the ends`() {
    let (least, most) = (MediaTime(nanoseconds: .min), MediaTime(nanoseconds: .max))
    let one = MediaTime(nanoseconds: 1)
    #expect(most + one == most && least - one == least && least + least == least && most - least == most)
    #expect(most + least == MediaTime(nanoseconds: -1) && .zero - least == most)
    for time in [least, most] { _ = time.ticks(at: 90_000) }
  }

  @Test func `time bases and rates at their ends`() throws {
    for (numerator, denominator) in [(1, 1), (Int32.max, 1), (1, .max), (.max, .max)] as [(Int32, Int32)] {
      let base = try #require(Rational(numerator, denominator))
      for ticks in [Int64.min, .min + 1, -1, 0, 1, .max - 1, .max] {
        let time = base.time(of: ticks)
        _ = base.ticks(of: time)
        #expect((time < .zero) == (ticks < 0 && time != .zero))
      }
    }
    for (numerator, denominator) in [(0, 0), (1, 0), (0, 1), (-1, 1), (1, -1), (Int32.min, .min)] as [(Int32, Int32)] {
      #expect(Rational(numerator, denominator) == nil)
    }
  }

  @Test func `kept cases of time stamps`() throws {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("../FuzzEntries/Cases/timeline").standardizedFileURL
    let cases = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
    #expect(cases.count >= 10)
    for file in cases { try Data(contentsOf: file).withUnsafeBytes(fuzzTimeline) }
  }

  @Test(arguments: [1, 2, 3] as [UInt64])
  func `time stamps at random, many of them at the ends`(seed: UInt64) {
    print("seed \(seed)")
    var random = SeededGenerator(seed: seed)
    let ends: [Int64] = [.min, .min + 1, -1, 0, 1, 2, 1000, .max - 1, .max, .max / 2, .min / 2, 1 << 32, 1 << 33]
    for _ in 0..<3000 {
      let numbers = (0..<40).map { _ -> Int64 in
        switch random.next() % 3 {
        case 0: ends[Int(random.next() % UInt64(ends.count))]
        case 1: Int64(bitPattern: random.next())
        default: Int64(random.next() % 100_000)
        }
      }
      numbers.withUnsafeBytes(fuzzTimeline)
    }
  }

  @Test(.timeLimit(.minutes(1))) func `a deadline before the beginning of time has passed`() {
    let monitor = Monitor(0)
    #expect(monitor.wait(until: .min) { _ in nil as Int? } == nil)
    MonotonicClock().wait(until: MediaTime(nanoseconds: .min), or: Wakeup())
    #expect(MonotonicClock().monotonic(MediaTime(nanoseconds: .max)) == .max)
  }
}
