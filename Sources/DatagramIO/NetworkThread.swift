import CDatagram
import Glibc
import Synchronization

/// The thread that a driver's loop runs on.
final class EngineThread: Sendable {
  /// nil once joined.
  private let handle: Mutex<pthread_t?>

  /// Starts a thread that owns `loop`.
  init(running loop: sending EngineLoop) {
    let argument = Unmanaged.passRetained(loop).toOpaque()
    var created = pthread_t()
    let result = pthread_create(
      &created, nil,
      { argument in
        guard let argument else { return nil }
        cdatagram_name_thread("cupola-media")
        Unmanaged<EngineLoop>.fromOpaque(argument).takeRetainedValue().run()
        return nil
      }, argument)
    // Without threads nothing of the program works.
    precondition(result == 0, "no thread can be created")
    handle = Mutex(created)
  }

  /// Returns when the loop has ended; at once when it was joined before.
  func join() {
    let taken = handle.withLock { handle in
      defer { handle = nil }
      return handle
    }
    if let taken { pthread_join(taken, nil) }
  }
}
