import CDRM
import Glibc

/// What the kernel says of devices that come, go and change, heard where it says it (netlink, NETLINK_KOBJECT_UEVENT).
///
/// udev's own messages come later and need its library; these need nothing.
package final class KernelEvents {
  /// -1: the kernel has none for us, and a look each second has to do.
  let descriptor: Int32
  /// One message of the kernel's is no longer (UEVENT_BUFFER_SIZE, and its header).
  private var buffer = [CChar](repeating: 0, count: 4096)
  /// How many are read at a time: somebody who makes thousands is not waited for.
  private static let most = 64

  package init() { descriptor = max(-1, cdrm_open_uevents()) }

  deinit { if descriptor >= 0 { close(descriptor) } }

  /// Reads what has come; whether any of it is about screens.
  func readChange() -> Bool {
    var hasChanged = false
    for _ in 0..<Self.most {
      let length = unsafe buffer.withUnsafeMutableBufferPointer {
        unsafe cdrm_read_uevent(descriptor, $0.baseAddress, $0.count)
      }
      // Some were lost: there is no knowing what they were about.
      if length == -Int(ENOBUFS) {
        hasChanged = true
        continue
      }
      guard length >= 0 else { break }
      hasChanged = hasChanged || Self.isAboutScreens(buffer.prefix(length).map { UInt8(bitPattern: $0) })
    }
    return hasChanged
  }

  /// Whether a message is of the subsystem of cards and connectors: "change@/devices/…", then NAME=value, each ended by
  /// a zero.
  package static func isAboutScreens(_ message: [UInt8]) -> Bool {
    message.split(separator: 0).contains { $0.elementsEqual("SUBSYSTEM=drm".utf8) }
  }
}
