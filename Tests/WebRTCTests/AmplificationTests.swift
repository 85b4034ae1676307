import DTLS
import ICE
import SDP
import SansIO
import Testing
import WebRTC
import WebRTCTestPeer

/// Who joins, and then has what answers it sent to somebody else.
@Suite struct AmplificationTests {
  private static let victim = TransportAddress(.v4(0xC633_6401), port: 53)

  /// A connection, and checks for it as its viewer signs them.
  private struct Attack: ~Copyable {
    var server: PeerConnection
    let lite: ICECredentials
    let viewer: ICECredentials
    var now = Instant(nanoseconds: 0)
    var sent = 0
    var received = 0
    var largest = 0
    private var transaction: UInt64 = 0

    init(seed: UInt64) throws {
      var random = SeededGenerator(seed: seed)
      let peer = TestPeer(
        configuration: .init(localAddress: Call.viewerAddress, certificate: Call.viewerCertificate), random: &random)
      let made = try PeerConnection(
        offer: peer.offer,
        configuration: .init(
          certificate: Call.serverCertificate, localAddresses: [Call.serverAddress], now: Instant(nanoseconds: 0)),
        random: &random)
      let lite = try Self.credentials(made.answer)
      let viewer = try Self.credentials(peer.offer)
      self.lite = lite
      self.viewer = viewer
      server = made
    }

    private static func credentials(_ text: String) throws -> ICECredentials {
      let video = try #require(try SessionDescription(parsing: text).media.first { $0.kind == "video" })
      return try #require(ICECredentials(ufrag: video.iceUfrag ?? "", password: video.icePassword ?? ""))
    }

    /// A nominating check of the viewer's, from `address`.
    mutating func check(from address: TransportAddress) {
      transaction += 1
      let check = STUNMessage(
        .request, transaction: .init(high: 1, low: transaction),
        attributes: [
          .username("\(lite.ufrag):\(viewer.ufrag)"), .priority(100), .iceControlling(tieBreaker: 1), .useCandidate,
        ])
      send(check.encoded(password: lite.password), from: address)
    }

    mutating func send(_ datagram: [UInt8], from address: TransportAddress) {
      received += datagram.count
      server.receive(datagram.span.bytes, on: NetworkPath(local: Call.serverAddress, remote: address), at: now)
      take()
    }

    mutating func take() {
      while let output = server.pollOutput() {
        guard case .transmit(let datagram) = output else { continue }
        sent += datagram.payload.count
        largest = max(largest, datagram.payload.count)
      }
    }

    mutating func pass(_ duration: Duration) {
      let end = now + duration
      while let due = server.deadline, due <= end {
        now = max(now, due)
        server.advance(to: now)
        take()
      }
      now = end
    }
  }

  private func clientHello() throws -> [UInt8] {
    var client = try DTLSTransport(
      role: .client, certificate: Call.viewerCertificate, accepting: [Call.serverCertificate.fingerprint])
    client.start(at: Instant(nanoseconds: 0))
    let hello = client.pollDatagram()
    return try #require(hello)
  }

  @Test func `an address that never answers gets three times what came from it, however long it takes`() throws {
    var attack = try Attack(seed: 1)
    attack.check(from: Self.victim)
    try attack.send(clientHello(), from: Self.victim)
    attack.pass(.seconds(20))
    #expect(attack.sent > 0 && attack.sent <= 3 * attack.received)
    let drops = attack.server.statistics.drops[.unprovenAddress]
    #expect(drops > 0)
    let isClosed = attack.server.isClosed
    #expect(isClosed)
  }

  @Test func `neither many checks, nor many hellos, nor junk get more`() throws {
    var attack = try Attack(seed: 2)
    for round in 0..<50 {
      attack.check(from: Self.victim)
      try attack.send(clientHello(), from: Self.victim)
      attack.send(Array(repeating: UInt8(round), count: 30), from: Self.victim)
      attack.send([22, 0xFE, 0xFD] + Array(repeating: 0, count: 10), from: Self.victim)
      attack.pass(.milliseconds(100))
      #expect(attack.sent <= 3 * attack.received)
    }
    attack.pass(.seconds(20))
    #expect(attack.sent <= 3 * attack.received)
  }

  @Test func `many addresses get no more than one`() throws {
    var attack = try Attack(seed: 3)
    for port in 1...200 as ClosedRange<UInt16> {
      attack.check(from: TransportAddress(Self.victim.ip, port: port))
      try attack.send(clientHello(), from: TransportAddress(Self.victim.ip, port: port))
    }
    attack.pass(.seconds(20))
    #expect(attack.sent <= 3 * attack.received)
  }

  @Test func `a viewer is asked before it is answered, and its handshake waits for nothing`() throws {
    var call = try Call(seed: 4)
    let isConnected = call.connect()
    #expect(isConnected)
    let statistics = call.server.statistics
    #expect(statistics.drops[.unprovenAddress] == 0)
    #expect(statistics.timeToConnect ?? .seconds(1) <= .milliseconds(40))
  }

  /// A viewer whose ICE does not answer questions is believed for answering the handshake.
  @Test func `a viewer that answers no question connects by its handshake`() throws {
    var call = try Call(seed: 5) { $0.answersChecks = false }
    let isConnected = call.connect()
    #expect(isConnected)
    call.isStreaming = true
    call.run(for: .seconds(1))
    #expect(call.received.count >= 28)
  }
}
