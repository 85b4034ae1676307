import Synchronization

/// A value that threads share.
final class LockedBox<Value: Sendable>: Sendable {
  private let box: Mutex<Value>

  init(_ value: Value) { box = Mutex(value) }

  var value: Value { box.withLock { $0 } }

  func set(_ newValue: Value) { box.withLock { $0 = newValue } }
}
