import Glibc

/// Which unspecified address listens on everything that this machine has.
package enum DualStack {
  /// `::`, on whose sockets IPv4 arrives as well; `0.0.0.0` where the kernel has no IPv6, or no interface an IPv6
  /// address.
  package static var unspecifiedHost: String {
    let descriptor = socket(AF_INET6, Int32(SOCK_STREAM.rawValue), 0)
    guard descriptor >= 0 else { return "0.0.0.0" }
    defer { close(descriptor) }
    var address = sockaddr_in6()
    address.sin6_family = sa_family_t(AF_INET6)
    let isBound = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in6>.size)) == 0
      }
    }
    guard isBound else { return "0.0.0.0" }
    // NIO looks it up like a name (AI_ADDRCONFIG), which fails where IPv6 is switched off on every interface.
    var found: UnsafeMutablePointer<addrinfo>?
    guard getaddrinfo("::", "0", nil, &found) == 0 else { return "0.0.0.0" }
    freeaddrinfo(found)
    return "::"
  }
}
