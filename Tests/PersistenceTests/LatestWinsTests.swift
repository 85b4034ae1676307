import Dispatch
import Persistence
import Synchronization
import Testing

@Suite struct LatestWinsTests {
  @Test func `of what comes while it is at work only the latest is done`() {
    let queue = LatestWins(label: "test")
    let done = Mutex<[Int]>([])
    let (begun, mayEnd) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
    queue.offer {
      begun.signal()
      mayEnd.wait()
      done.withLock { $0.append(1) }
    }
    begun.wait()
    for value in 2...5 { queue.offer { done.withLock { $0.append(value) } } }
    #expect(queue.isAtWork)
    mayEnd.signal()
    queue.flush(within: nil)
    #expect(done.withLock { $0 } == [1, 5])
    #expect(!queue.isAtWork)
  }

  @Test func `nobody waits longer than said`() {
    let queue = LatestWins(label: "test")
    let mayEnd = DispatchSemaphore(value: 0)
    queue.offer { mayEnd.wait() }
    let wasDone = Mutex(false)
    queue.flush(within: .milliseconds(1)) { wasDone.withLock { $0 = true } }
    #expect(!wasDone.withLock { $0 })
    mayEnd.signal()
    queue.flush(within: nil)
    #expect(wasDone.withLock { $0 })
  }
}
