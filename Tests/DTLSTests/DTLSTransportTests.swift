import DTLS
import SansIO
import Testing

@Suite struct DTLSTransportTests {
  @Test func `both ends export the same keys for AES-GCM`() throws {
    var pair = try HandshakePair()
    pair.run()
    let keys = (client: pair.clientKeys, server: pair.serverKeys)
    let client = try #require(keys.client)
    let server = try #require(keys.server)
    #expect(client.profile == 0x0007)
    #expect(server.profile == 0x0007)
    #expect(client.withLocalMaster { bytes($0) } == server.withRemoteMaster { bytes($0) })
    #expect(client.withRemoteMaster { bytes($0) } == server.withLocalMaster { bytes($0) })
    #expect(client.withLocalMaster { bytes($0) } != server.withLocalMaster { bytes($0) })
    #expect(client.withLocalMaster { $0.byteCount } == 28)
    #expect(pair.client.deadline == nil)
    #expect(pair.server.deadline == nil)
  }

  @Test func `a client that knows AES-CM only gets that`() throws {
    var pair = try HandshakePair(clientProfiles: "SRTP_AES128_CM_SHA1_80")
    pair.run()
    let keys = (client: pair.clientKeys, server: pair.serverKeys)
    let client = try #require(keys.client)
    let server = try #require(keys.server)
    #expect(client.profile == 0x0001)
    #expect(client.withLocalMaster { bytes($0) } == server.withRemoteMaster { bytes($0) })
    #expect(client.withLocalMaster { $0.byteCount } == 30)
  }

  @Test func `a client that prefers AES-CM gets AES-GCM, for the server prefers that`() throws {
    var pair = try HandshakePair(clientProfiles: "SRTP_AES128_CM_SHA1_80:SRTP_AEAD_AES_128_GCM")
    pair.run()
    #expect(pair.serverKeys?.profile == 0x0007)
  }

  @Test func `a client without a common profile fails`() throws {
    var pair = try HandshakePair(clientProfiles: "SRTP_AEAD_AES_256_GCM")
    pair.run()
    #expect(failure(pair.serverEvents) == .noProtectionProfile)
  }

  @Test func `no datagram is larger than the limit`() throws {
    var pair = try HandshakePair()
    pair.run()
    #expect(pair.sent.allSatisfy { $0.count <= DTLSTransport.maximumDatagram })
    #expect(pair.sent.count >= 4)
  }

  @Test(arguments: 0..<4) func `a lost datagram is sent again after 50 ms of virtual time`(lost: Int) throws {
    var pair = try HandshakePair()
    let start = pair.now
    pair.isLost = { _, index in index == lost }
    pair.run()
    #expect(pair.clientKeys != nil)
    #expect(pair.serverKeys != nil)
    #expect(pair.now - start <= .milliseconds(100))
  }

  @Test(arguments: UInt64(1)...20) func `a handshake gets through a link that loses a third`(seed: UInt64) throws {
    var pair = try HandshakePair()
    var generator = SeededGenerator(seed: seed)
    pair.isLost = { _, _ in UInt.random(in: 0..<3, using: &generator) == 0 }
    pair.run()
    #expect(pair.clientKeys != nil)
    #expect(pair.serverKeys != nil)
  }

  @Test func `retransmissions double their distance`() throws {
    var client = try DTLSTransport(
      role: .client, certificate: HandshakePair.clientCertificate,
      accepting: [HandshakePair.serverCertificate.fingerprint])
    var now = Instant(nanoseconds: 0)
    client.start(at: now)
    while client.pollDatagram() != nil {}
    for milliseconds in [50, 100, 200, 400, 800, 1600] {
      let deadline = client.deadline
      let due = try #require(deadline)
      #expect(due - now == .milliseconds(milliseconds))
      client.advance(to: Instant(nanoseconds: due.nanoseconds - 1))
      let early = client.pollDatagram()
      #expect(early == nil)
      now = due
      client.advance(to: now)
      let repeated = client.pollDatagram()
      #expect(repeated != nil)
    }
  }

  @Test func `a server does not go on with a certificate that the signalling did not name, and says so`() throws {
    var pair = try HandshakePair(serverAccepts: [HandshakePair.serverCertificate.fingerprint])
    pair.run(for: .seconds(5))
    #expect(pair.serverKeys == nil)
    #expect(pair.server.suspicion == .wrongFingerprint)
    #expect(pair.serverEvents.isEmpty)
    #expect(pair.clientKeys == nil)
  }

  @Test func `a client refuses a certificate that the signalling did not name`() throws {
    var pair = try HandshakePair(clientAccepts: [])
    pair.run()
    #expect(failure(pair.clientEvents) == .wrongFingerprint)
    #expect(pair.serverKeys == nil)
  }

  @Test func `close_notify reaches the other side`() throws {
    var pair = try HandshakePair()
    pair.run()
    pair.server.close()
    pair.deliver()
    #expect(pair.clientEvents.contains { if case .closed = $0 { true } else { false } })
  }

  @Test func `repeated and out-of-order datagrams do no harm`() throws {
    var pair = try HandshakePair()
    var held: [UInt8]?
    pair.tamper = { datagram in
      defer { held = datagram }
      return [datagram, datagram] + (held.map { [$0] } ?? [])
    }
    pair.run()
    #expect(pair.clientKeys != nil)
    #expect(pair.serverKeys != nil)
  }

  @Test(arguments: UInt64(1)...50) func `noise in a flight never traps`(seed: UInt64) throws {
    var pair = try HandshakePair()
    var generator = SeededGenerator(seed: seed)
    pair.tamper = { datagram in
      var damaged = datagram
      for _ in 0..<Int.random(in: 0...3, using: &generator) {
        damaged[Int.random(in: 0..<damaged.count, using: &generator)] = .random(in: 0...255, using: &generator)
      }
      if UInt8.random(in: 0..<8, using: &generator) == 0 { damaged.removeLast(damaged.count / 2) }
      return [damaged]
    }
    pair.run(for: .seconds(10))
    if let client = pair.clientKeys, let server = pair.serverKeys {
      #expect(client.withLocalMaster { bytes($0) } == server.withRemoteMaster { bytes($0) })
    }
  }

  @Test func `data under the keys is handed up in order, from either side`() throws {
    var pair = try HandshakePair()
    pair.run()
    let messages = [[1], [2, 2], [UInt8](repeating: 3, count: 1100)] as [[UInt8]]
    for message in messages {
      let areSent = (pair.client.send(message), pair.server.send(message))
      #expect(areSent == (true, true))
    }
    pair.deliver()
    #expect(data(pair.serverEvents) == messages)
    #expect(data(pair.clientEvents) == messages)
    let isTooLong = !pair.client.send([UInt8](repeating: 0, count: DTLSTransport.maximumDatagram))
    pair.client.close()
    let isOver = !pair.client.send([1])
    #expect(isTooLong && isOver)
  }

  @Test func `data that nobody takes is dropped when there is enough of it, and the end is still told`() throws {
    var pair = try HandshakePair()
    pair.run()
    for number in 0..<100 {
      let isSent = pair.client.send([UInt8(number)])
      #expect(isSent)
      while let datagram = pair.client.pollDatagram() { pair.server.receive(datagram.span.bytes, at: pair.now) }
    }
    pair.client.close()
    pair.deliver()
    #expect(data(pair.serverEvents) == (0..<64).map { [UInt8($0)] })
    #expect(pair.server.drops[.tooMuchData] == 36)
    guard case .closed = pair.serverEvents.last else {
      Issue.record("the end was not told")
      return
    }
  }

  @Test func `data before the handshake is done is nobody's`() throws {
    var pair = try HandshakePair()
    let isSent = pair.client.send([1])
    #expect(!isSent)
    pair.server.receive(([23, 0xFE, 0xFD, 0, 0, 0, 0, 0, 0, 0, 1, 0, 1, 7] as [UInt8]).span.bytes, at: pair.now)
    pair.run()
    #expect(pair.serverKeys != nil && data(pair.serverEvents).isEmpty)
  }

  private func data(_ events: [DTLSTransport.Event]) -> [[UInt8]] {
    events.compactMap { if case .data(let bytes) = $0 { bytes } else { nil } }
  }

  private func bytes(_ span: RawSpan) -> [UInt8] { span.withUnsafeBytes { [UInt8]($0) } }

  private func failure(_ events: [DTLSTransport.Event]) -> DTLSFailure? {
    for case .failed(let failure) in events { return failure }
    return nil
  }
}
