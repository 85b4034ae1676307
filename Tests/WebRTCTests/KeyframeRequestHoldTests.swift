import SansIO
import Testing
import WebRTC

@Suite struct KeyframeRequestHoldTests {
  private let start = Instant(nanoseconds: 1_000_000_000)

  @Test func `the first request passes, those within the interval become one at its end`() {
    var hold = KeyframeRequestHold(interval: .milliseconds(100))
    #expect(hold.deadline == nil)
    #expect(hold.request(at: start))
    #expect(!hold.release(at: start + .milliseconds(100)))
    for later in [1, 50, 99] { #expect(!hold.request(at: start + .milliseconds(later))) }
    #expect(hold.deadline == start + .milliseconds(100))
    #expect(!hold.release(at: start + .milliseconds(99)))
    #expect(hold.release(at: start + .milliseconds(100)))
    // Which counts as one itself.
    #expect(!hold.request(at: start + .milliseconds(150)))
    #expect(hold.release(at: start + .milliseconds(200)))
    #expect(hold.request(at: start + .milliseconds(300)))
  }

  @Test func `a full intra request is new when its number is`() {
    var hold = KeyframeRequestHold(interval: .zero)
    #expect([0, 0, 1, 1, 0].map { hold.isNew(fullIntraRequest: $0) } == [true, false, true, false, true])
  }
}
