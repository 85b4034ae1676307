import Foundation

/// A count that one thread waits for and others raise.
final class Tally: @unchecked Sendable {
  // Every access to `value` holds the condition's lock.
  private let condition = NSCondition()
  private var value = 0

  var count: Int {
    condition.lock()
    defer { condition.unlock() }
    return value
  }

  func add() {
    condition.lock()
    value += 1
    condition.broadcast()
    condition.unlock()
  }

  /// Returns when the count is `target`; throws when that takes longer than a minute.
  func wait(for target: Int) throws {
    let limit = Date().addingTimeInterval(60)
    condition.lock()
    defer { condition.unlock() }
    while value < target {
      guard condition.wait(until: limit) else { throw BenchError("waited a minute for \(target), have \(value)") }
    }
  }
}
