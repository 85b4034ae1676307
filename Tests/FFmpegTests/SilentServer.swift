import Glibc

/// Lets everybody connect, and says nothing to them.
final class SilentServer: Sendable {
  struct Failure: Error {}

  let port: UInt16
  private let descriptor: Int32

  init() throws {
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
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
    guard isListening else { throw Failure() }
  }

  deinit { close(descriptor) }

  /// How many have connected since the last look.
  var connections: Int {
    var count = 0
    while true {
      let accepted = accept(descriptor, nil, nil)
      guard accepted >= 0 else { return count }
      close(accepted)
      count += 1
    }
  }
}
