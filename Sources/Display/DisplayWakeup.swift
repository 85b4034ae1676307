import CDRM
import Glibc

/// Ends a device's wait: an eventfd(2), which is waited for together with the card.
///
/// Any thread may raise it; the device's thread lowers it.
public final class DisplayWakeup: Sendable {
  /// -1 where the system has no more descriptors: then waits end by their deadlines alone.
  let descriptor: Int32

  public init() { descriptor = eventfd(0, Int32(EFD_CLOEXEC) | Int32(EFD_NONBLOCK)) }

  deinit { if descriptor >= 0 { close(descriptor) } }

  public func raise() { eventfd_write(descriptor, 1) }

  /// Whether it was raised; lowers it.
  func consume() -> Bool {
    var count: eventfd_t = 0
    return unsafe eventfd_read(descriptor, &count) == 0
  }
}
