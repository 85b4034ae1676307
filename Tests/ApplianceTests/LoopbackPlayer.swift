import DTLS
import DatagramIO
import Foundation
import Glibc
import SansIO
import WebRTCTestPeer

/// A WHEP player without a browser: the test peer at a real socket on the loopback interface.
///
/// It is run by whoever waits for something to happen to it, which blocks that thread.
final class LoopbackPlayer {
  private static let certificate = try! Certificate.generate()

  private(set) var frames: [ReceivedFrame] = []
  private(set) var closed: String?
  private var peer: TestPeer
  private var socket: UDPSocket
  private var batch = DatagramBatch()
  private var burst = DatagramBurst(byteCapacity: 1 << 14, capacity: 8)

  init(seed: UInt64) throws {
    socket = try UDPSocket(bind: TransportAddress(.loopbackV4, port: 0))
    var random = SeededGenerator(seed: seed)
    peer = TestPeer(
      configuration: .init(localAddress: socket.localAddress, certificate: Self.certificate), random: &random)
  }

  var offer: String { peer.offer }
  /// The source of the stream that the answer tells of.
  var source: UInt32? { peer.source }

  var statistics: TestPeer.Statistics { peer.statistics }

  func accept(_ answer: String) throws {
    try peer.accept(answer: answer, at: Self.now())
    settle()
  }

  /// Runs until `isDone`, ten seconds at most; whether it came to that.
  func run(until isDone: (LoopbackPlayer) -> Bool) -> Bool {
    let end = Self.now() + .seconds(10)
    while !isDone(self) {
      let now = Self.now()
      guard now < end else { return false }
      let wait = min(peer.deadline ?? end, end) - now
      var descriptor = pollfd(fd: socket.descriptor, events: Int16(POLLIN), revents: 0)
      poll(&descriptor, 1, Int32(max(wait.wholeNanoseconds + 999_999, 0) / 1_000_000))
      socket.receive(into: &batch)
      for index in 0..<batch.count {
        peer.receive(
          batch.payload(at: index), on: batch.path(at: index), at: Self.now())
      }
      peer.advance(to: Self.now())
      settle()
    }
    return true
  }

  /// Says goodbye, as a player does that is closed.
  func close() {
    peer.close(at: Self.now())
    settle()
  }

  private func settle() {
    while let output = peer.pollOutput() {
      switch output {
      case .transmit(let datagram):
        burst.removeAll()
        _ = burst.append(datagram.payload)
        _ = socket.send(burst, on: datagram.path)
      case .event(.connected): break
      case .event(.frame(let frame)): frames.append(frame)
      case .event(.closed(let reason)): closed = reason
      }
    }
  }

  private static func now() -> Instant {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Instant(nanoseconds: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
  }
}
