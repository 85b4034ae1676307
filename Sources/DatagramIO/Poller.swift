import CDatagram
import Glibc
import SansIO

/// Sleeps until a socket has datagrams or an alarm rings (epoll).
public struct Poller: ~Copyable {
  private let descriptor: Int32

  /// What there is to do after a wait.
  public struct Readiness: Equatable, Sendable {
    public var socket: Bool
    public var alarm: Bool
  }

  public init(socket: borrowing UDPSocket, alarm: Alarm) throws(UDPSocketError) {
    let address = socket.localAddress
    descriptor = epoll_create1(Int32(EPOLL_CLOEXEC))
    guard descriptor >= 0 else { throw .failed(address, code: errno) }
    for (index, readable) in [socket.descriptor, alarm.descriptor].enumerated() {
      var event = epoll_event(events: EPOLLIN.rawValue, data: epoll_data_t(u64: UInt64(index)))
      guard epoll_ctl(descriptor, EPOLL_CTL_ADD, readable, &event) == 0 else {
        let code = errno
        close(descriptor)
        throw .failed(address, code: code)
      }
    }
  }

  deinit { close(descriptor) }

  /// Waits until `deadline` at the latest; nil: as long as it takes.
  public func wait(until deadline: Instant?, now: Instant) -> Readiness {
    var timeout: Int32 = -1
    if let deadline {
      // Rounded up, so that the deadline has passed at the end; a minute is long enough to sleep at once.
      let milliseconds = ((deadline - now).wholeNanoseconds.clamped(to: 0...60_000_000_000) + 999_999) / 1_000_000
      timeout = Int32(milliseconds)
    }
    var events = (epoll_event(), epoll_event())
    let count = withUnsafeMutablePointer(to: &events) {
      $0.withMemoryRebound(to: epoll_event.self, capacity: 2) { epoll_wait(descriptor, $0, 2, timeout) }
    }
    let first = count > 0 ? events.0.data.u64 : nil
    let second = count > 1 ? events.1.data.u64 : nil
    return Readiness(socket: first == 0 || second == 0, alarm: first == 1 || second == 1)
  }
}

extension Comparable {
  fileprivate func clamped(to range: ClosedRange<Self>) -> Self { min(max(self, range.lowerBound), range.upperBound) }
}
