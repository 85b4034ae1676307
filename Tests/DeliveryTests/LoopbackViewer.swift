import DTLS
import DatagramIO
import Delivery
import Glibc
import RTP
import SansIO
import WebRTCTestPeer

/// A viewer at a real socket on the loopback interface, run by the thread that waits for something to happen to it.
final class LoopbackViewer {
  static let certificate = try! Certificate.generate()
  /// The loopback addresses that this machine's kernel has.
  static let addresses = [IPAddress.loopbackV4, .v6(high: 0, low: 1)].filter {
    (try? UDPSocket(bind: TransportAddress($0, port: 0))) != nil
  }

  var peer: TestPeer
  private(set) var frames: [ReceivedFrame] = []
  private(set) var isConnected = false
  private(set) var closed: String?
  private var socket: UDPSocket
  private var batch = DatagramBatch()
  private var burst = DatagramBurst(byteCapacity: 1 << 14, capacity: 8)

  init(seed: UInt64, ip: IPAddress = .loopbackV4) throws {
    socket = try UDPSocket(bind: TransportAddress(ip, port: 0))
    var random = SeededGenerator(seed: seed)
    peer = TestPeer(
      configuration: .init(localAddress: socket.localAddress, certificate: Self.certificate), random: &random)
  }

  /// Joins the driver, and runs until connected.
  func join(_ driver: DeliveryDriver, as id: ConnectionID, stream: StreamID) async throws -> Bool {
    let answer = try await driver.accept(offer: peer.offer, id: id) { _ in stream }
    try peer.accept(answer: answer, at: Self.now())
    settle()
    return run { $0.isConnected }
  }

  /// Runs until `isDone`, a minute at most, which only a machine that is busy beyond measure takes; whether it came to that.
  func run(until isDone: (LoopbackViewer) -> Bool) -> Bool {
    let end = Self.now() + .seconds(60)
    while !isDone(self) {
      let now = Self.now()
      guard now < end else { return false }
      let wait = min(peer.deadline ?? end, end) - now
      var descriptor = pollfd(fd: socket.descriptor, events: Int16(POLLIN), revents: 0)
      poll(&descriptor, 1, Int32(max(wait.wholeNanoseconds + 999_999, 0) / 1_000_000))
      receive()
      peer.advance(to: Self.now())
      settle()
    }
    return true
  }

  /// Sends what another one would.
  func send(_ payload: [UInt8], to address: TransportAddress) {
    burst.removeAll()
    _ = burst.append(payload)
    _ = socket.send(burst, on: NetworkPath(local: socket.localAddress, remote: address))
  }

  func close() {
    peer.close(at: Self.now())
    settle()
  }

  private func receive() {
    socket.receive(into: &batch)
    for index in 0..<batch.count {
      peer.receive(
        batch.payload(at: index), on: batch.path(at: index), at: Self.now())
    }
  }

  func settle() {
    while let output = peer.pollOutput() {
      switch output {
      case .transmit(let datagram):
        burst.removeAll()
        _ = burst.append(datagram.payload)
        _ = socket.send(burst, on: datagram.path)
      case .event(.connected): isConnected = true
      case .event(.frame(let frame)): frames.append(frame)
      case .event(.closed(let reason)): closed = reason
      }
    }
  }

  static func now() -> Instant {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Instant(nanoseconds: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
  }
}
