import CDatagram
import Glibc
import SansIO

/// Wakes a `Poller` from any thread (eventfd).
public final class Alarm: Sendable {
  let descriptor: Int32

  /// - Parameter address: of the socket that the poller waits for too; for the error's sake.
  public init(for address: TransportAddress) throws(UDPSocketError) {
    descriptor = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
    guard descriptor >= 0 else { throw .failed(address, code: errno) }
  }

  deinit { close(descriptor) }

  /// Ends the wait that is on, or the next one.
  public func ring() {
    var one: UInt64 = 1
    // The only failure is a counter that is full, which is readable already.
    _ = write(descriptor, &one, MemoryLayout<UInt64>.size)
  }

  /// It rings no more, until `ring()` is called again.
  public func silence() {
    var count: UInt64 = 0
    _ = read(descriptor, &count, MemoryLayout<UInt64>.size)
  }
}
