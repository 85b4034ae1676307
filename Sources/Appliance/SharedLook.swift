import Synchronization

/// What is costly to find out, found out once for all who ask at about the same time.
///
/// One look is under way at most, and a new one begins only when the last began some time ago: however many ask,
/// whoever is looked at is left in peace.
package final class SharedLook<Finding: Sendable>: Sendable {
  private struct State {
    var look: Task<Finding, Never>?
    var began: UInt64 = 0
    var isUnderWay = false
  }

  private let state = Mutex(State())
  private let interval: UInt64
  private let look: @Sendable () async -> Finding

  /// - Parameter interval: nanoseconds for which a finding is good enough.
  package init(every interval: UInt64, _ look: @escaping @Sendable () async -> Finding) {
    self.interval = interval
    self.look = look
  }

  /// - Parameter now: nanoseconds of a monotonic clock.
  package func finding(at now: UInt64) async -> Finding {
    let task = state.withLock { state in
      if let look = state.look, state.isUnderWay || now < state.began &+ interval { return look }
      let task = Task {
        let finding = await look()
        self.state.withLock { $0.isUnderWay = false }
        return finding
      }
      state = State(look: task, began: now, isUnderWay: true)
      return task
    }
    return await task.value
  }
}
