import DTLS
import SansIO
import Testing

/// What anybody can do who writes a viewer's address onto datagrams, but has no keys.
@Suite struct HostileHandshakeTests {
  /// A record with a header of the tests' choice.
  private func record(
    _ type: UInt8, epoch: UInt16, sequence: UInt64 = 3, version: UInt16 = 0xFEFD, _ body: [UInt8]
  ) -> [UInt8] {
    var writer = ByteWriter(capacity: 13 + body.count)
    writer.write(type)
    writer.write(version)
    writer.write(UInt64(epoch) << 48 | sequence)
    writer.write(UInt16(body.count))
    writer.write(body)
    return writer.bytes
  }

  private func message(_ type: UInt8, sequence: UInt16, _ body: [UInt8]) -> [UInt8] {
    var writer = ByteWriter(capacity: 12 + body.count)
    writer.write(UInt32(type) << 24 | UInt32(body.count))
    writer.write(sequence)
    writer.write(UInt16(0))
    writer.write(UInt32(body.count))
    writer.write(body)
    return writer.bytes
  }

  /// Every kind of record, in every epoch, of lengths around what a cipher adds, with and without sense.
  private func junk(_ random: inout SeededGenerator) -> [[UInt8]] {
    var records: [[UInt8]] = []
    for type in [20, 21, 22, 23, 24, 63] as [UInt8] {
      for epoch in [0, 1, 2, 0xFFFF] as [UInt16] {
        for length in [0, 1, 2, 7, 8, 12, 15, 16, 17, 23, 24, 25, 40, 200] {
          let body = (0..<length).map { _ in UInt8.random(in: 0...255, using: &random) }
          for sequence in [0, 3, 1 << 47] as [UInt64] {
            records.append(record(type, epoch: epoch, sequence: sequence, body))
          }
        }
      }
    }
    for version in [0xFEFF, 0xFEFC, 0x0303, 0x0100] as [UInt16] {
      records.append(record(21, epoch: 1, version: version, Array(repeating: 0, count: 30)))
    }
    // Alerts in the clear: close_notify, and a fatal one.
    records += [record(21, epoch: 0, [1, 0]), record(21, epoch: 0, [2, 40]), record(20, epoch: 0, [1])]
    // Messages of every type, number and length, some with more to come.
    for type in 0...24 as ClosedRange<UInt8> {
      for sequence in [0, 1, 2, 3, 4, 5, 0xFFFF] as [UInt16] {
        for length in [0, 1, 66, 71, 300] {
          let body = (0..<length).map { _ in UInt8.random(in: 0...255, using: &random) }
          var bytes = message(type, sequence: sequence, body)
          if length == 300 { bytes[3] = 0xFF }
          records.append(record(22, epoch: 0, sequence: 1 << 40, bytes))
        }
      }
    }
    // A key exchange and a signature that look right.
    records.append(record(22, epoch: 0, message(16, sequence: 2, [65, 4] + Array(repeating: 7, count: 64))))
    records.append(record(22, epoch: 0, message(15, sequence: 3, [4, 3, 0, 70] + Array(repeating: 7, count: 70))))
    records += [[], [22], Array(repeating: 22, count: 13), record(22, epoch: 0, [1]) + [1, 2, 3]]
    return records
  }

  private func isEnd(_ event: DTLSTransport.Event) -> Bool { if case .connected = event { false } else { true } }

  @Test(arguments: 0...40)
  func `a record shorter than its cipher's overhead ends nothing`(length: Int) throws {
    var pair = try HandshakePair()
    pair.run()
    let short = record(23, epoch: 1, Array(repeating: 120, count: length))
    pair.server.receive(short.span.bytes, at: pair.now)
    pair.client.receive(short.span.bytes, at: pair.now)
    pair.deliver()
    #expect(!pair.serverEvents.contains(where: isEnd) && !pair.clientEvents.contains(where: isEnd))
    if length < 24 { #expect(pair.server.drops == [.length: 1]) }
    pair.client.close()
    pair.deliver()
    #expect(pair.serverEvents.contains(where: isEnd))
  }

  @Test(arguments: UInt64(1)...3)
  func `junk of every kind ends no connection and gets no answer`(seed: UInt64) throws {
    var pair = try HandshakePair()
    var random = SeededGenerator(seed: seed)
    pair.run()
    let before = pair.sent.count
    for junk in junk(&random) { pair.server.receive(junk.span.bytes, at: pair.now) }
    pair.deliver()
    #expect(pair.sent.count == before)
    #expect(!pair.serverEvents.contains(where: isEnd))
    #expect(pair.server.drops.values.reduce(0, +) > 500)
    // What was asked for is still heard.
    pair.client.close()
    pair.deliver()
    #expect(pair.serverEvents.contains(where: isEnd))
  }

  /// Junk before each of the client's datagrams, and so in every state of the handshake; the datagrams come whole, or
  /// cut into a record each.
  @Test(arguments: UInt64(1)...3)
  func `junk in every state of a handshake does not keep it from its end`(seed: UInt64) throws {
    var pair = try HandshakePair()
    var random = SeededGenerator(seed: seed)
    let junk = junk(&random)
    pair.tamper = { datagram in
      guard datagram.count > 13, seed > 1 else { return junk + [datagram] }
      var pieces: [[UInt8]] = []
      var rest = datagram[...]
      while rest.count >= 13 {
        let length = 13 + Int(rest[rest.startIndex + 11]) << 8 + Int(rest[rest.startIndex + 12])
        pieces.append(Array(rest.prefix(length)))
        rest = rest.dropFirst(length)
      }
      return pieces.flatMap { junk + [$0] }
    }
    pair.harmsClient = false
    pair.run(for: .seconds(2))
    #expect(pair.clientKeys != nil && pair.serverKeys != nil)
    #expect(!pair.serverEvents.contains(where: isEnd))
    #expect(pair.server.drops.values.reduce(0, +) > 500)
  }

  @Test func `whoever forges a ClientHello first is passed over for the one that can be answered`() throws {
    var pair = try HandshakePair()
    let forged = try #require(try HandshakePair.strayHello(at: pair.now))
    pair.server.receive(forged.span.bytes, at: pair.now)
    let answer = pair.server.pollDatagram()
    #expect((answer?.count ?? 0) > 300)
    pair.run(for: .seconds(2))
    #expect(pair.clientKeys != nil && pair.serverKeys != nil)
  }

  @Test func `forged ClientHellos in the middle of a handshake get a short question and change nothing`() throws {
    let forged = try (0..<20).map { _ in try #require(try HandshakePair.strayHello()) }
    var pair = try HandshakePair()
    pair.tamper = { [$0] + forged }
    pair.harmsClient = false
    pair.run(for: .seconds(2))
    #expect(pair.clientKeys != nil && pair.serverKeys != nil)
    let questions = pair.sent.filter { $0.count > 13 && $0[13] == 3 }
    #expect(questions.allSatisfy { $0.count < 1200 })
  }

  @Test func `a client hello that OpenSSL refuses does not spoil the next one`() throws {
    var pair = try HandshakePair()
    var forged = try #require(try HandshakePair.strayHello(at: pair.now))
    // Extensions that are well framed and mean nothing.
    let start = try #require((0..<forged.count - 4).last { forged[$0...($0 + 1)].elementsEqual([0, 10]) })
    forged[start + 5] = 0xFF
    pair.server.receive(forged.span.bytes, at: pair.now)
    #expect(pair.server.drops == [.refused: 1])
    let answer = pair.server.pollDatagram()
    #expect(answer == nil)
    pair.run(for: .seconds(2))
    #expect(pair.clientKeys != nil && pair.serverKeys != nil)
  }

  @Test func `a flight whose key exchange somebody replaced is taken from who signed it`() throws {
    var pair = try HandshakePair()
    let forged = record(22, epoch: 0, sequence: 1, message(16, sequence: 2, [65, 4] + Array(repeating: 7, count: 64)))
    pair.tamper = { datagram in
      // Before the client's flight, after its hello.
      datagram.count > 14 && datagram[13] == 11 ? [forged, datagram] : [datagram]
    }
    pair.harmsClient = false
    let start = pair.now
    pair.run(for: .seconds(2))
    #expect(pair.serverKeys != nil)
    #expect(pair.now - start < .milliseconds(50))
  }

  @Test func `a ClientHello that is repeated without end gets one answer`() throws {
    var pair = try HandshakePair()
    pair.client.start(at: pair.now)
    let first = pair.client.pollDatagram()
    let hello = try #require(first)
    var answered = 0
    for _ in 0..<5000 {
      pair.server.receive(hello.span.bytes, at: pair.now)
      while let datagram = pair.server.pollDatagram() { answered += datagram.count }
    }
    #expect(pair.server.drops == [.repeated: 4999])
    #expect(answered < 2000)
  }

  @Test func `the handshake of somebody with another key never gets through`() throws {
    var pair = try HandshakePair(serverAccepts: [HandshakePair.serverCertificate.fingerprint])
    pair.run(for: .seconds(3))
    #expect(pair.serverEvents.isEmpty)
    #expect((pair.server.drops[.wrongCertificate] ?? 0) > 0)
  }
}
