import SansIO
import Testing
import WebRTC

@Suite struct KeyframeRequestHoldTests {
  private let start = Instant(nanoseconds: 1_000_000_000)

  private func after(_ milliseconds: Int) -> Instant { start + .milliseconds(milliseconds) }

  @Test func `the first request passes, those within the interval become one at its end`() {
    var hold = KeyframeRequestHold(interval: .milliseconds(100))
    #expect(hold.deadline == nil)
    let requests = [0, 1, 50, 99].map { hold.request(at: after($0)) }
    #expect(requests == [true, false, false, false])
    #expect(hold.deadline == after(100))
    let releases = [99, 100, 100].map { hold.release(at: after($0)) }
    #expect(releases == [false, true, false])
    // What was held back counts as a request itself.
    let another = [hold.request(at: after(150)), hold.release(at: after(200)), hold.request(at: after(300))]
    #expect(another == [false, true, true])
  }

  @Test func `nothing is released that nobody asked for`() {
    var hold = KeyframeRequestHold(interval: .milliseconds(100))
    let isFirst = hold.request(at: start)
    let isReleased = hold.release(at: after(100))
    #expect(isFirst && !isReleased && hold.deadline == nil)
  }

  @Test func `a full intra request is new when its number is`() {
    var hold = KeyframeRequestHold(interval: .zero)
    let news = [0, 0, 1, 1, 0].map { hold.isNew(fullIntraRequest: $0) }
    #expect(news == [true, false, true, false, true])
  }
}
