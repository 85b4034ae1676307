import Glibc

/// A TCP socket that listens on the loopback interface, on a port that the system chose.
final class LoopbackListener: Sendable {
  struct Failure: Error { var errno: Int32 }

  let port: UInt16
  let descriptor: Int32

  /// - Parameter waits: whether `accept` waits for somebody.
  init(waits: Bool) throws {
    let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
    descriptor = socket(AF_INET, waits ? kind : kind | Int32(SOCK_NONBLOCK.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let descriptor = descriptor
    let isListening = withUnsafeMutableBytes(of: &address) { bytes in
      let pointer = bytes.baseAddress!.assumingMemoryBound(to: sockaddr.self)
      return bind(descriptor, pointer, length) == 0 && listen(descriptor, 64) == 0
        && getsockname(descriptor, pointer, &length) == 0
    }
    port = UInt16(bigEndian: address.sin_port)
    guard isListening else { throw Failure(errno: errno) }
  }

  deinit { close(descriptor) }
}
