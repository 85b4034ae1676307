import Health
import Testing

@Suite struct FramerateMeterTests {
  @Test func `frames a second over the last few samples`() {
    var meter = FramerateMeter()
    #expect(meter.framesPerSecond == 0)
    for second in 0..<10 as Range<Int64> { meter.sample(UInt64(second) * 30, at: second * 1_000_000_000) }
    #expect(meter.framesPerSecond == 30)
    for second in 10..<15 as Range<Int64> { meter.sample(300, at: second * 1_000_000_000) }
    #expect(meter.framesPerSecond == 0)
  }

  @Test func `a clock that stands still is no division by nothing`() {
    var meter = FramerateMeter()
    meter.sample(1, at: 5)
    meter.sample(2, at: 5)
    #expect(meter.framesPerSecond == 0)
  }
}
