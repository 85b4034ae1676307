import Glibc
import SansIO

/// The addresses of this machine.
public enum NetworkInterfaces {
  /// The addresses of the interfaces that are up: IPv4 first, no link-local ones, each once.
  ///
  /// - Parameter includingLoopback: whether loopback addresses are wanted in any case; they come last. A machine that
  ///   has no other address gets them anyway, so that a browser on it can connect.
  public static func addresses(includingLoopback: Bool = false) -> [IPAddress] {
    var first: UnsafeMutablePointer<ifaddrs>?
    guard getifaddrs(&first) == 0 else { return [.loopbackV4] }
    defer { freeifaddrs(first) }
    var found: [IPAddress] = []
    for entry in sequence(first: first, next: { $0?.pointee.ifa_next }) {
      guard let entry, entry.pointee.ifa_flags & UInt32(IFF_UP) != 0, let name = entry.pointee.ifa_addr,
        let address = address(of: name), !address.isLinkLocal, !found.contains(address)
      else { continue }
      found.append(address)
    }
    let outer = found.filter { !$0.isLoopback }
    let ordered = outer.filter { !$0.isV6 } + outer.filter(\.isV6)
    guard includingLoopback || outer.isEmpty else { return ordered }
    return ordered + found.filter { $0.isLoopback && !$0.isV6 } + found.filter { $0.isLoopback && $0.isV6 }
  }

  private static func address(of name: UnsafeMutablePointer<sockaddr>) -> IPAddress? {
    switch Int32(name.pointee.sa_family) {
    case AF_INET:
      return name.withMemoryRebound(to: sockaddr_in.self, capacity: 1) {
        .v4(UInt32(bigEndian: $0.pointee.sin_addr.s_addr))
      }
    case AF_INET6:
      return name.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) {
        withUnsafeBytes(of: $0.pointee.sin6_addr) {
          .v6(
            high: UInt64(bigEndian: $0.loadUnaligned(as: UInt64.self)),
            low: UInt64(bigEndian: $0.loadUnaligned(fromByteOffset: 8, as: UInt64.self)))
        }
      }
    default:
      return nil
    }
  }
}
