import DTLS
import DatagramIO
import Foundation
import SansIO
import WebRTCTestPeer

/// Many WHEP viewers of one server, at real sockets, all run by the thread that calls `run(for:)`.
final class ViewerCrowd {
  private let port: UInt16
  /// The machine that they are on; nil: this one.
  private let machine: BenchHost?
  private let certificate: Certificate
  private var viewers: [CrowdViewer] = []
  private var batch = DatagramBatch()
  private var lastAdvance = Instant(nanoseconds: 0)

  /// How often the viewers' own timers are looked at.
  private static let tick: Duration = .milliseconds(5)

  init(of server: CupolaServer, on machine: BenchHost? = nil) throws {
    port = server.port
    self.machine = machine
    certificate = try Certificate.generate()
  }

  /// Lets one more viewer join, and returns when its first packet of media is there.
  ///
  /// - Returns: seconds from the sending of the offer to that packet.
  @discardableResult
  func join(preset: Int) throws -> Double {
    let seed = UInt64(viewers.count + 1)
    let viewer = try inside { [certificate, machine] in
      try CrowdViewer(address: machine?.address ?? "127.0.0.1", certificate: certificate, seed: seed)
    }
    let begin = Self.now()
    let offer = viewer.peer.offer
    let answer = try inside { [port, machine] in
      try LoopbackHTTP.request(
        "POST", "/whep/\(preset)", host: machine?.gateway ?? "127.0.0.1", port: port, contentType: "application/sdp",
        body: offer)
    }
    guard answer.status == 201 else { throw BenchError("the offer got \(answer.status): \(answer.body)") }
    try viewer.peer.accept(answer: answer.body, at: Self.now())
    viewer.settle()
    viewers.append(viewer)
    let end = begin + .seconds(10)
    while viewer.firstPacket == nil, Self.now() < end { try runOnce() }
    guard let first = viewer.firstPacket else { throw BenchError("viewer \(viewers.count) got no media in 10 s") }
    return (first - begin) / .seconds(1)
  }

  var count: Int { viewers.count }

  private func inside<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) throws -> Value {
    // Those who watch already do not wait for one who comes.
    if let machine { try machine.begin(body).wait { try runOnce() } } else { try body() }
  }

  /// The port that media come from.
  var mediaPort: UInt16 {
    get throws {
      guard let port = viewers.first?.peer.remoteAddress?.port else { throw BenchError("nobody watches") }
      return port
    }
  }

  /// What the one who has watched longest sees from now on, until `run(for:)` was called for the last time.
  func watchAnew() { viewers.first?.watched = WatchedPicture() }

  var watched: WatchedPicture? {
    guard let viewer = viewers.first, viewer.closed == nil else { return nil }
    var watched = viewer.watched
    watched.end(at: Self.now())
    return watched
  }

  /// Sends what `take` gives from the address of the one who has watched longest, as a forger would.
  func forge(_ take: () -> [[UInt8]]) { viewers.first?.send(take()) }

  /// Lets the one who has watched longest say goodbye.
  func leaveOldest() {
    guard !viewers.isEmpty else { return }
    let viewer = viewers.removeFirst()
    viewer.peer.close(at: Self.now())
    viewer.settle()
  }

  /// Forgets those whom the server has sent away.
  func dropClosed() { viewers.removeAll { $0.closed != nil } }

  func run(for duration: Duration) throws {
    let end = Self.now() + duration
    while Self.now() < end { try runOnce() }
  }

  /// Of media that have arrived.
  var bytes: Int { viewers.reduce(0) { $0 + $1.peer.statistics.bytes } }
  /// Packets that came again or never.
  var packetsLost: Int {
    viewers.reduce(0) { $0 + $1.peer.statistics.recovered + $1.peer.statistics.givenUp }
  }

  private func runOnce() throws {
    var descriptors = viewers.map { pollfd(fd: $0.descriptor, events: Int16(POLLIN), revents: 0) }
    poll(&descriptors, nfds_t(descriptors.count), 5)
    for (viewer, descriptor) in zip(viewers, descriptors) where descriptor.revents != 0 {
      viewer.receive(by: &batch, at: Self.now())
    }
    let now = Self.now()
    if now - lastAdvance >= Self.tick {
      lastAdvance = now
      for viewer in viewers { viewer.advance(to: now) }
    }
    if let reason = viewers.lazy.compactMap(\.closed).first { throw BenchError("a viewer was closed: \(reason)") }
  }

  private static func now() -> Instant {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Instant(nanoseconds: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
  }
}

/// One of them: its socket, and what it has seen.
private final class CrowdViewer: @unchecked Sendable {
  // The crowd's thread alone uses it; another one makes it and hands it over.
  var peer: TestPeer
  var watched = WatchedPicture()
  private(set) var firstPacket: Instant?
  /// Why it is no more.
  private(set) var closed: String?
  private var socket: UDPSocket
  private var burst = DatagramBurst(byteCapacity: 1 << 14, capacity: 8)

  init(address: String, certificate: Certificate, seed: UInt64) throws {
    guard let ip = IPAddress(address) else { throw BenchError("\(address) is no address") }
    socket = try UDPSocket(bind: TransportAddress(ip, port: 0))
    var random = SeededGenerator(seed: seed)
    peer = TestPeer(configuration: .init(localAddress: socket.localAddress, certificate: certificate), random: &random)
  }

  var descriptor: Int32 { socket.descriptor }

  func receive(by batch: inout DatagramBatch, at now: Instant) {
    socket.receive(into: &batch)
    for index in 0..<batch.count {
      peer.receive(batch.payload(at: index), on: batch.path(at: index), at: now)
    }
    settle()
    if firstPacket == nil, peer.statistics.packets > 0 { firstPacket = now }
  }

  func advance(to now: Instant) {
    guard let deadline = peer.deadline, deadline <= now else { return }
    peer.advance(to: now)
    settle()
  }

  /// Sends to where its media come from.
  func send(_ datagrams: [[UInt8]]) {
    guard let remote = peer.remoteAddress else { return }
    for datagram in datagrams {
      burst.removeAll()
      _ = burst.append(datagram)
      _ = socket.send(burst, on: NetworkPath(local: peer.configuration.localAddress, remote: remote))
    }
  }

  func settle() {
    while let output = peer.pollOutput() {
      switch output {
      case .transmit(let datagram):
        burst.removeAll()
        _ = burst.append(datagram.payload)
        _ = socket.send(burst, on: datagram.path)
      case .event(.connected): break
      case .event(.frame(let frame)): watched.see(frame.timestamp, at: frame.arrival)
      case .event(.closed(let reason)): closed = reason
      }
    }
  }
}
