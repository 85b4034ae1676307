import Synchronization

/// A value that threads share, and whose changes somebody may wait for.
final class Published<Value: Sendable>: Sendable {
  private struct State {
    var value: Value
    var listeners: [UInt64: AsyncStream<Void>.Continuation] = [:]
    var count: UInt64 = 0
  }

  private let state: Mutex<State>

  init(_ value: Value) { state = Mutex(State(value: value)) }

  var value: Value { state.withLock { $0.value } }

  func set(_ value: Value) {
    let listeners = state.withLock { state in
      state.value = value
      return Array(state.listeners.values)
    }
    for listener in listeners { listener.yield() }
  }

  /// One element at once, and one after each change; of several that nobody has come for, one.
  func changes() -> AsyncStream<Void> {
    let (stream, listener) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    let number = state.withLock { state in
      state.count += 1
      state.listeners[state.count] = listener
      return state.count
    }
    listener.onTermination = { [weak self] _ in self?.state.withLock { $0.listeners[number] = nil } }
    listener.yield()
    return stream
  }
}
