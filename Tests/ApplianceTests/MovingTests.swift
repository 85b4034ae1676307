import BrowserDriver
import DatagramIO
import Foundation
import Glibc
import SansIO
import Synchronization
import Testing

extension WholeApplianceTests {
  @Suite(.enabled(if: Chromium.isWanted, "CUPOLA_SKIP_BROWSER is set")) struct MovingTests {
    @Test func `media follows a viewer whose address changes, once it has answered from there`() async throws {
      let server = try await CupolaProcess.start()
      let relay = try Relay(to: server.ports.media)
      defer { relay.stop() }
      try await SharedBrowser.withPage { page in
        // The browser is told the relay's port for the server's.
        try await page.runBeforeEachDocument(
          """
          const take = RTCPeerConnection.prototype.setRemoteDescription;
          RTCPeerConnection.prototype.setRemoteDescription = function ({ type, sdp }) {
            return take.call(this, { type, sdp: sdp.replaceAll(' \(server.ports.media) typ', ' \(relay.port) typ') });
          };
          """)
        try await page.watch(server)
        try await page.waitUntilShown(0)
        #expect(relay.forwarded[0] > 0 && relay.forwarded[1] == 0)

        relay.move()
        // The browser's next nominating check comes from elsewhere.
        while relay.forwarded[1] < 200 { _ = try await page.watchTestCard(straightAhead, frames: 5) }
        let old = relay.forwarded[0]
        let frames = try await page.watchTestCard(straightAhead, frames: 30)
        #expect(frames.count == 30 && frames.allSatisfy { $0.reading.colour == "F" })
        #expect(relay.forwarded[0] == old)
        #expect(try await page.evaluate("cupola.state().counts.joins") == 1)
      }
    }
  }
}

/// Carries datagrams between a browser and a server, and can go on from another port, as a router that has forgotten.
private final class Relay: Sendable {
  private struct State {
    var active = 0
    var isStopped = false
    /// How many datagrams of the server came to each port.
    var forwarded = [0, 0]
  }

  let port: UInt16
  private let state: Mutex<State>

  init(to serverPort: UInt16) throws {
    let loopback = TransportAddress(.loopbackV4, port: 0)
    let front = try UDPSocket(bind: loopback)
    let first = try UDPSocket(bind: loopback)
    let second = try UDPSocket(bind: loopback)
    port = front.localAddress.port
    state = Mutex(State())
    let sockets = Sockets(
      front: front, first: first, second: second, server: TransportAddress(.loopbackV4, port: serverPort))
    Thread.detachNewThread { [self] in run(sockets) }
  }

  var forwarded: [Int] { state.withLock { $0.forwarded } }

  func move() { state.withLock { $0.active = 1 } }

  func stop() { state.withLock { $0.isStopped = true } }

  // Sendable: only the relay's thread uses it.
  private final class Sockets: @unchecked Sendable {
    var front, first, second: UDPSocket
    let server: TransportAddress

    init(
      front: consuming UDPSocket, first: consuming UDPSocket, second: consuming UDPSocket, server: TransportAddress
    ) {
      self.front = front
      self.first = first
      self.second = second
      self.server = server
    }
  }

  private func run(_ sockets: Sockets) {
    var batch = DatagramBatch()
    var burst = DatagramBurst(byteCapacity: 1 << 14, capacity: 8)
    var browser: TransportAddress?
    func fill(_ index: Int) {
      let bytes = batch.payload(at: index).withUnsafeBytes { [UInt8]($0) }
      burst.removeAll()
      _ = burst.append(bytes)
    }
    while !state.withLock({ $0.isStopped }) {
      var waiting = [sockets.front.descriptor, sockets.first.descriptor, sockets.second.descriptor].map {
        pollfd(fd: $0, events: Int16(POLLIN), revents: 0)
      }
      poll(&waiting, 3, 50)
      sockets.front.receive(into: &batch)
      let active = state.withLock { $0.active }
      for index in 0..<batch.count {
        browser = batch.path(at: index).remote
        fill(index)
        if active == 0 {
          _ = sockets.first.send(burst, on: NetworkPath(local: sockets.first.localAddress, remote: sockets.server))
        } else {
          _ = sockets.second.send(burst, on: NetworkPath(local: sockets.second.localAddress, remote: sockets.server))
        }
      }
      for port in 0...1 {
        if port == 0 { sockets.first.receive(into: &batch) } else { sockets.second.receive(into: &batch) }
        guard let browser else { continue }
        state.withLock { $0.forwarded[port] += batch.count }
        for index in 0..<batch.count {
          fill(index)
          _ = sockets.front.send(burst, on: NetworkPath(local: sockets.front.localAddress, remote: browser))
        }
      }
    }
  }
}
