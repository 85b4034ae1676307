import Fairness
import Foundation
import Glibc
import Neighbours
import SansIO
import Synchronization
import Testing

/// The kernel's own neighbour tables, of two machines at one cable.
@Suite(.enabled(if: NetworkNamespace.isAllowed, "needs root")) struct NeighbourTests {
  /// A clock that goes a second further at each look, so that no look at the table is refused.
  private final class Clock: Sendable {
    private let now = Mutex<UInt64>(1_000_000_000)
    let step: UInt64

    init(step: UInt64) { self.step = step }

    func read() -> UInt64 {
      now.withLock {
        $0 += step
        return $0
      }
    }
  }

  /// A listener on every address of the namespace of the calling thread; its backlog takes all who come.
  private static func listen() throws -> (descriptor: Int32, port: UInt16) {
    let descriptor = socket(AF_INET6, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    var off: Int32 = 0
    setsockopt(descriptor, Int32(IPPROTO_IPV6), IPV6_V6ONLY, &off, socklen_t(MemoryLayout<Int32>.size))
    try #require(Glibc.listen(descriptor, 4096) == 0)
    var name = sockaddr_in6()
    var length = socklen_t(MemoryLayout<sockaddr_in6>.size)
    _ = withUnsafeMutablePointer(to: &name) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) }
    }
    return (descriptor, UInt16(bigEndian: name.sin6_port))
  }

  /// A connection from one address to another one; its descriptor.
  static func connect(from: String, to: String, port: UInt16) throws -> Int32 {
    func name(_ host: String, _ port: UInt16) -> sockaddr_in6 {
      var name = sockaddr_in6()
      name.sin6_family = sa_family_t(AF_INET6)
      name.sin6_port = port.bigEndian
      inet_pton(AF_INET6, host, &name.sin6_addr)
      return name
    }
    func with(_ name: sockaddr_in6, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
      withUnsafePointer(to: name) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(MemoryLayout<sockaddr_in6>.size)) }
      }
    }
    let descriptor = socket(AF_INET6, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard with(name(from, 0), { Glibc.bind(descriptor, $0, $1) }) == 0,
      with(name(to, port), { Glibc.connect(descriptor, $0, $1) }) == 0
    else { throw CupolaProcess.Failure(description: "\(from) to \(to): \(String(cString: strerror(errno)))") }
    return descriptor
  }

  @Test func `a thousand addresses of one machine at our cable are one source, and this machine is itself`()
    async throws
  {
    let (machine, room) = (try await NetworkNamespace(), try await NetworkNamespace())
    try machine.ip("link set lo up")
    try machine.connect("lan", to: room)
    try machine.ip("link set lan address 02:00:5e:00:53:01")
    try room.ip("link set lan address 02:00:5e:00:53:99")
    try machine.ip("address add fd00::1/64 dev lan nodad")
    try machine.ip("address add 10.77.0.1/24 dev lan")
    let addresses =
      (2..<900).map { "fd00::\(String($0, radix: 16))" } + (2..<110).map { "::ffff:10.77.0.\($0)" }
    let folder = try TemporaryFolder()
    let batch = try folder.write(
      addresses.map { address in
        address.hasPrefix("::ffff:")
          ? "address add \(address.dropFirst(7))/24 dev lan\n" : "address add \(address)/64 dev lan nodad\n"
      }.joined(), to: "addresses")
    try room.ip("-batch \(batch)")

    let listener = try await machine.inside { try Self.listen() }
    defer { close(listener.descriptor) }
    let clock = Clock(step: 300_000_000)
    // One that reads the table each time, and one that asks for each address.
    let neighbours = Neighbours(clock: clock.read)
    let asking = Neighbours(clock: { 1 })
    for stranger in 0..<4 as Range<UInt32> {
      _ = try await machine.inside { asking.source(of: .v4(0x0800_0000 + stranger)) }
    }
    var sources: Set<Source> = []
    // In turns: the kernel forgets neighbours of a full table.
    for part in stride(from: 0, to: addresses.count, by: 100) {
      let part = addresses[part..<min(part + 100, addresses.count)]
      let connections = try await room.inside {
        try part.map {
          try Self.connect(from: $0, to: $0.hasPrefix("fd") ? "fd00::1" : "::ffff:10.77.0.1", port: listener.port)
        }
      }
      defer { for connection in connections { close(connection) } }
      sources.formUnion(
        try await machine.inside {
          try part.flatMap {
            let address = try #require(IPAddress($0))
            return [neighbours.source(of: address), asking.source(of: address)]
          }
        })
    }
    #expect(addresses.count >= 1000)
    #expect(sources == [.neighbour(LinkLayerAddress(0x0200_5E00_5399))])
    for neighbours in [neighbours, asking] {
      let own = try await machine.inside {
        ["fd00::1", "10.77.0.1", "192.0.2.1", "2001:db8::1", "10.77.0.200"].compactMap {
          IPAddress($0).map(neighbours.source)
        }
      }
      #expect(
        own == [
          .loopback, .loopback, .address(0xC000_0201), .network(0x2001_0DB8_0000_0000), .address(0x0A4D_00C8),
        ])
    }
  }
}
