import CNeighbours
import Fairness
import Glibc
import SansIO

/// What the kernel knew of our links at one moment.
package struct NeighbourReading: Sendable {
  /// The link-layer address behind each address that was heard from.
  package var neighbours: [IPAddress: UInt64]
  /// This machine's own addresses.
  package var own: Set<IPAddress>

  package init(neighbours: [IPAddress: UInt64] = [:], own: Set<IPAddress> = []) {
    self.neighbours = neighbours
    self.own = own
  }

  /// Asks the kernel, in the calling thread's network namespace. Takes about a millisecond for a full table.
  ///
  /// - Returns: nil when it does not say; a table that is cut off at `capacity` otherwise.
  static func read(capacity: Int) -> NeighbourReading? {
    let empty = cneighbours_entry()
    var entries = [cneighbours_entry](repeating: empty, count: capacity)
    let count = unsafe entries.withUnsafeMutableBufferPointer { unsafe cneighbours_read($0.baseAddress, capacity) }
    guard count >= 0 else { return nil }
    var reading = NeighbourReading(own: ownAddresses)
    reading.neighbours.reserveCapacity(count)
    for entry in entries.prefix(count) {
      let address =
        entry.is_v6
        ? IPAddress.v6(high: entry.high, low: entry.low) : .v4(UInt32(truncatingIfNeeded: entry.low))
      reading.neighbours[address] = entry.link_layer
    }
    return reading
  }

  /// Asks the kernel for one address, in some microseconds; nil when it does not say.
  static func find(_ address: IPAddress) -> Source? {
    var entry = cneighbours_entry()
    switch address {
    case .v4(let bits): entry.low = UInt64(bits)
    case .v6(let high, let low): (entry.high, entry.low, entry.is_v6) = (high, low, true)
    }
    return switch unsafe cneighbours_find(&entry) {
    case Int32(CNEIGHBOURS_OWN.rawValue): .loopback
    case Int32(CNEIGHBOURS_ON_LINK.rawValue): .neighbour(LinkLayerAddress(entry.link_layer))
    case Int32(CNEIGHBOURS_ELSEWHERE.rawValue): Source(address)
    default: nil
    }
  }

  private static var ownAddresses: Set<IPAddress> {
    var first: UnsafeMutablePointer<ifaddrs>?
    guard unsafe getifaddrs(&first) == 0 else { return [] }
    defer { unsafe freeifaddrs(first) }
    var own: Set<IPAddress> = []
    var next = unsafe first
    while let entry = unsafe next {
      if let name = unsafe entry.pointee.ifa_addr, let address = unsafe address(of: name) { own.insert(address) }
      unsafe next = entry.pointee.ifa_next
    }
    return own
  }

  private static func address(of name: UnsafeMutablePointer<sockaddr>) -> IPAddress? {
    switch Int32(unsafe name.pointee.sa_family) {
    case AF_INET:
      return unsafe name.withMemoryRebound(to: sockaddr_in.self, capacity: 1) {
        unsafe .v4(UInt32(bigEndian: $0.pointee.sin_addr.s_addr))
      }
    case AF_INET6:
      return unsafe name.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) {
        unsafe withUnsafeBytes(of: $0.pointee.sin6_addr) {
          unsafe .v6(
            high: UInt64(bigEndian: $0.loadUnaligned(as: UInt64.self)),
            low: UInt64(bigEndian: $0.loadUnaligned(fromByteOffset: 8, as: UInt64.self)))
        }
      }
    default: return nil
    }
  }
}
