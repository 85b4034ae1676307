import CDatagram
import Glibc
import SansIO
import Synchronization

/// A thread for a loop that drives a socket.
public final class NetworkThread: Sendable {
  /// What the thread does, on its way there.
  private final class Job {
    let name: String
    let body: () -> Void

    init(name: String, body: @escaping () -> Void) {
      self.name = name
      self.body = body
    }
  }

  /// nil once joined.
  private let handle: Mutex<pthread_t?>

  /// Starts a thread that does `body` and ends.
  ///
  /// - Parameters:
  ///   - name: at most 15 bytes of it are shown by the system.
  ///   - address: of the socket that it drives; for the error's sake.
  public init(
    name: String, for address: TransportAddress, body: sending @escaping () -> Void
  ) throws(UDPSocketError) {
    let job = Unmanaged.passRetained(Job(name: name, body: body))
    var created = pthread_t()
    let code = pthread_create(
      &created, nil,
      { argument in
        guard let argument else { return nil }
        let job = Unmanaged<Job>.fromOpaque(argument).takeRetainedValue()
        cdatagram_name_thread(job.name)
        job.body()
        return nil
      }, job.toOpaque())
    guard code == 0 else {
      job.release()
      throw .failed(address, code: code)
    }
    handle = Mutex(created)
  }

  /// Returns when the thread has ended; at once when it was joined before.
  public func join() {
    let taken = handle.withLock { handle in
      defer { handle = nil }
      return handle
    }
    if let taken { pthread_join(taken, nil) }
  }
}
