import Clocks
import Glibc
import Heartbeats
import Synchronization

/// Asks the server for its health every two seconds, over a connection of its own, as anybody would: what answers is
/// the whole way from the listening socket to the state of the program.
///
/// Its heartbeat beats with each answer. However many connections there are, the server knows its own probe by the port
/// that it asks from and lets it through, so no answer means that the server hangs; only one whose address has gone
/// from the machine is left alone.
public final class HTTPProbe: Sendable {
  public let heartbeat = Heartbeat("web server")

  private let address: sockaddr_storage
  private let length: socklen_t
  private let ownPort: ProbePort
  private let isStopped = Atomic(false)

  private static let interval: Int64 = 2_000_000_000
  /// What answers is waited for in slices, between which it is looked whether anybody still wants to know.
  private static let slice: Int32 = 250
  /// An answer that takes longer is waited for on another connection.
  private static let patience: Int64 = 30_000_000_000

  /// - Parameters:
  ///   - port: where the server listens.
  ///   - configuration: the server's. Of an unspecified address, loopback is asked.
  ///   - statistics: the server's own, by which it knows the probe.
  public init?(port: Int, configuration: HTTPServiceConfiguration, statistics: WebServerStatistics) {
    let host = configuration.address.isUnspecified ? "127.0.0.1" : configuration.address.host
    var hints = addrinfo()
    hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    var found: UnsafeMutablePointer<addrinfo>?
    guard getaddrinfo(host, "\(port)", &hints, &found) == 0, let info = found else { return nil }
    defer { freeaddrinfo(info) }
    var address = sockaddr_storage()
    withUnsafeMutableBytes(of: &address) {
      $0.copyMemory(from: UnsafeRawBufferPointer(start: info.pointee.ai_addr, count: Int(info.pointee.ai_addrlen)))
    }
    self.address = address
    length = info.pointee.ai_addrlen
    ownPort = statistics.probePort
  }

  /// Asks until `stop()`, on the thread that calls.
  public func run() {
    while !isStopped.load(ordering: .relaxed) {
      heartbeat.expectUnlessExpected(by: MonotonicTime.now)
      if ask() { heartbeat.beat(next: MonotonicTime.now + Self.interval) }
      var wait = timespec(tv_sec: Int(Self.interval / 1_000_000_000), tv_nsec: 0)
      clock_nanosleep(CLOCK_MONOTONIC, 0, &wait, nil)
    }
    heartbeat.rest(.stopped)
  }

  /// Ends `run()` within seconds; what it asks meanwhile is of no account.
  public func stop() {
    isStopped.store(true, ordering: .relaxed)
    heartbeat.rest(.stopped)
  }

  /// Whether an HTTP answer came, whatever it says.
  package func ask() -> Bool {
    let descriptor = socket(Int32(address.ss_family), Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    guard let port = bindLocally(descriptor) else {
      heartbeat.rest(.unreachable)
      return false
    }
    heartbeat.expectUnlessExpected(by: MonotonicTime.now)
    ownPort.set(port)
    defer { ownPort.set(0) }
    _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
    let end = MonotonicTime.now + Self.patience
    let result = withSocketAddress { connect(descriptor, $0, length) }
    guard result == 0 || errno == EINPROGRESS, wait(for: descriptor, POLLOUT, until: end) else { return false }
    // A closed connection is told by errno here, not by a signal.
    guard send(descriptor, Self.request, Self.request.count, Int32(MSG_NOSIGNAL)) == Self.request.count,
      wait(for: descriptor, POLLIN, until: end)
    else { return false }
    var answer = [UInt8](repeating: 0, count: 5)
    return recv(descriptor, &answer, answer.count, 0) == answer.count && answer == Array("HTTP/".utf8)
  }

  private func wait(for descriptor: Int32, _ event: Int32, until end: Int64) -> Bool {
    var waiting = pollfd(fd: descriptor, events: Int16(event), revents: 0)
    while MonotonicTime.now < end, !isStopped.load(ordering: .relaxed) {
      if poll(&waiting, 1, Self.slice) > 0 { return true }
    }
    return false
  }

  /// Binds the socket to the address of the server and any port, and returns the port; nil when the machine does not
  /// have the address any more.
  private func bindLocally(_ descriptor: Int32) -> Int? {
    var own = address
    var length = length
    // It lies at the same place in sockaddr_in and sockaddr_in6.
    withUnsafeMutableBytes(of: &own) { $0.storeBytes(of: 0, toByteOffset: 2, as: UInt16.self) }
    return withUnsafeMutableBytes(of: &own) {
      let name = $0.baseAddress?.assumingMemoryBound(to: sockaddr.self)
      guard bind(descriptor, name, length) == 0, getsockname(descriptor, name, &length) == 0 else { return nil }
      return Int(UInt16(bigEndian: $0.load(fromByteOffset: 2, as: UInt16.self)))
    }
  }

  private func withSocketAddress<Result>(_ body: (UnsafePointer<sockaddr>) -> Result) -> Result {
    withUnsafeBytes(of: address) { body($0.baseAddress!.assumingMemoryBound(to: sockaddr.self)) }
  }

  private static let request = Array("GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".utf8)
}
