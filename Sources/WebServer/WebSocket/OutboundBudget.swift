import Synchronization

/// How much a socket still has to write, counted where messages are handed in, on any thread.
final class OutboundBudget: Sendable {
  enum Reservation: Equatable {
    case granted
    /// The reader is too slow; reported once, everything later is `closed`.
    case overflowed
    case closed
  }

  private struct State {
    var messages = 0
    var bytes = 0
    var isClosed = false
  }

  private let state = Mutex(State())
  private let maximumMessages: Int
  private let maximumBytes: Int

  init(messages: Int, bytes: Int) {
    maximumMessages = messages
    maximumBytes = bytes
  }

  func reserve(_ bytes: Int) -> Reservation {
    state.withLock { state in
      if state.isClosed { return .closed }
      guard state.messages < maximumMessages, bytes <= maximumBytes - state.bytes else {
        state.isClosed = true
        return .overflowed
      }
      state.messages += 1
      state.bytes += bytes
      return .granted
    }
  }

  /// A message has left for the kernel, or never will.
  func release(_ bytes: Int) {
    state.withLock {
      $0.messages -= 1
      $0.bytes -= bytes
    }
  }

  func close() { state.withLock { $0.isClosed = true } }
}
