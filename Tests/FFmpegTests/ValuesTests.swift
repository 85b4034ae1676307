import FFmpeg
import Media
import Testing

@Suite struct ValuesTests {
  @Test func `changes ticks to time and back`() throws {
    let base = try #require(Rational(1, 90_000))
    #expect(base.time(of: 3003) == MediaTime(nanoseconds: 33_366_667))
    #expect(base.time(of: -3003) == MediaTime(nanoseconds: -33_366_667))
    #expect(base.ticks(of: MediaTime(nanoseconds: 33_366_667)) == 3003)
    #expect(base.ticks(of: .zero) == 0)
  }

  @Test func `saturates times that no clock can hold`() throws {
    let base = try #require(Rational(.max, 1))
    #expect(base.time(of: .max) == MediaTime(nanoseconds: .max))
    #expect(base.time(of: .min) == MediaTime(nanoseconds: .min))
    #expect(try #require(Rational(1, .max)).ticks(of: MediaTime(nanoseconds: .max)) == .max)
  }

  @Test func `makes no fraction of numbers that are none`() {
    #expect(Rational(1, 0) == nil)
    #expect(Rational(0, 1) == nil)
    #expect(Rational(-1, 25) == nil)
  }

  @Test func `speaks of libav's errors in libav's words`() {
    let error = LibAVError(code: -2, operation: "open")
    #expect(error.description == "cannot open: No such file or directory")
    #expect(MediaError.damaged(error).description == "it is damaged: cannot open: No such file or directory")
  }
}
