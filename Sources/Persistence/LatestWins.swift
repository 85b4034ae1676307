import Dispatch
import Synchronization

/// A queue on which only the latest counts: what is offered while it is at work takes the place of what waits.
package final class LatestWins: Sendable {
  private struct State {
    var waiting: (@Sendable () -> Void)?
    var isAtWork = false
  }

  private let queue: DispatchQueue
  private let state = Mutex(State())

  package init(label: String) { queue = DispatchQueue(label: label) }

  /// Whether something is being done or waits.
  package var isAtWork: Bool { state.withLock { $0.isAtWork } }

  /// Has `work` done, unless something else is offered before its turn comes.
  package func offer(_ work: @escaping @Sendable () -> Void) {
    let isFree = state.withLock { state in
      state.waiting = work
      defer { state.isAtWork = true }
      return !state.isAtWork
    }
    guard isFree else { return }
    queue.async { [self] in
      while let work = next() { work() }
    }
  }

  /// Does something after all that was offered; waits for that so long at most, or without an end.
  package func flush(within limit: DispatchTimeInterval?, _ body: @escaping @Sendable () -> Void = {}) {
    let done = DispatchSemaphore(value: 0)
    queue.async {
      body()
      done.signal()
    }
    if let limit { _ = done.wait(timeout: .now() + limit) } else { done.wait() }
  }

  private func next() -> (@Sendable () -> Void)? {
    state.withLock { state in
      if state.waiting == nil { state.isAtWork = false }
      return state.waiting.take()
    }
  }
}
