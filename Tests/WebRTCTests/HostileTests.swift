import RTP
import SansIO
import Testing
import WebRTC
import WebRTCTestPeer

@Suite struct HostileTests {
  @Test func `a replayed report is dropped and counted`() throws {
    var call = try Call(seed: 1)
    let isConnected = call.connect()
    #expect(isConnected)
    call.viewer.requestKeyframe()
    call.run(for: .milliseconds(200))
    let last = call.lastToServer
    let packet = try #require(last?.payload)
    for _ in 0..<3 { call.inject(packet) }
    #expect(call.server.statistics.drops[.replayed] == 3)
    #expect(call.keyframeRequests == 1)
  }

  @Test func `a report from an address that was never checked is dropped and counted`() throws {
    var call = try Call(seed: 2)
    let isConnected = call.connect()
    #expect(isConnected)
    call.viewer.requestKeyframe()
    call.exchange()
    let last = call.lastToServer
    let packet = try #require(last?.payload)
    call.inject(packet, from: TransportAddress(.v4(0x0A00_0099), port: 50_000))
    #expect(call.server.statistics.drops[.unverifiedAddress] == 1)
  }

  @Test func `media and reports before the handshake are dropped and counted`() throws {
    var call = try Call(seed: 3)
    // Until the check has arrived, not longer.
    call.run(for: .milliseconds(6))
    call.inject([0x80, 201, 0, 1, 0, 0, 0, 1] + [UInt8](repeating: 0, count: 20))
    call.inject([0x80, 96] + [UInt8](repeating: 0, count: 40))
    call.inject([0xFF, 0])
    let drops = call.server.statistics.drops
    #expect(drops[.beforeConnected] == 1)
    #expect(drops[.unexpectedMedia] == 1)
    #expect(drops[.unknownKind] == 1)
  }

  @Test func `a handshake record of no sensible length is dropped and counted`() throws {
    var call = try Call(seed: 4)
    let isConnected = call.connect()
    #expect(isConnected)
    call.inject([22, 0xFE, 0xFD] + [UInt8](repeating: 0, count: 20_000))
    #expect(call.server.statistics.dtlsDrops == [.length: 1])
    #expect(call.closeReason == nil)
  }

  @Test(arguments: UInt64(1)...5)
  func `damaged, doubled and shuffled datagrams are counted and the picture goes on`(seed: UInt64) throws {
    var call = try Call(seed: seed)
    let isConnected = call.connect()
    #expect(isConnected)
    call.isStreaming = true
    call.toViewer.conditions.corruption = 0.1
    call.toViewer.conditions.duplication = 0.1
    call.toViewer.conditions.reordering = 0.1
    call.toServer.conditions = call.toViewer.conditions
    call.run(for: .seconds(5))
    call.toViewer.conditions = .init()
    call.toServer.conditions = .init()
    call.run(for: .seconds(1))
    #expect(call.closeReason == nil)
    #expect(call.received.count > 160)
    #expect(call.viewer.statistics.refused > 0)
    let drops = call.server.statistics.drops
    #expect(drops[.unauthentic] > 0)
    #expect(drops[.replayed] > 0)
    let sent = Dictionary(uniqueKeysWithValues: call.sent.map { ($0.sent.timestamp, $0.data) })
    for frame in call.received { #expect(sent[frame.timestamp] == frame.data) }
  }

  @Test(arguments: UInt64(1)...20)
  func `noise from anywhere, at any time, never traps and gets no answer`(seed: UInt64) throws {
    var call = try Call(seed: seed)
    var random = SeededGenerator(seed: seed &* 977)
    let stranger = TransportAddress(.v4(0xC633_6401), port: 9)
    for phase in 0..<3 {
      if phase == 1 { call.run(for: .milliseconds(6)) }
      if phase == 2 {
        let isConnected = call.connect()
        if !isConnected { break }
      }
      let before = call.bytesSent
      for _ in 0..<300 {
        call.inject(noise(&random), from: stranger)
      }
      #expect(call.bytesSent == before)
      for _ in 0..<300 {
        call.inject(noise(&random))
      }
    }
    #expect(call.serverEvents == [.connected])
    call.isStreaming = true
    call.run(for: .seconds(1))
    #expect(call.received.count >= 28)
  }

  @Test(arguments: UInt64(1)...10)
  func `authentic nonsense in place of reports never traps`(seed: UInt64) throws {
    var call = try Call(seed: seed)
    call.isStreaming = true
    call.run(for: .milliseconds(300))
    var random = SeededGenerator(seed: seed)
    for _ in 0..<300 {
      let type = UInt8.random(in: 200...207, using: &random)
      let words = Int.random(in: 1...30, using: &random)
      let body = (0..<words * 4).map { _ in UInt8.random(in: 0...255, using: &random) }
      let format = UInt8.random(in: 0...31, using: &random)
      let source = call.viewer.source ?? 0
      let isBye = type == 203
      call.viewer.sendRTCP { writer, own in
        writer.write(0x80 | format)
        writer.write(isBye ? 201 : type)
        writer.write(UInt16(truncatingIfNeeded: words + Int.random(in: 0...2, using: &random)))
        writer.write(own)
        writer.write(source)
        writer.write(body.dropFirst(4))
      }
    }
    call.run(for: .seconds(1))
    #expect(call.closeReason == nil)
    #expect(call.server.statistics.drops[.malformedRTCP] > 0)
    #expect(call.received.count >= 35)
  }

  private func noise(_ random: inout SeededGenerator) -> [UInt8] {
    var bytes = (0..<Int.random(in: 0...200, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
    guard bytes.count > 20 else { return bytes }
    switch Int.random(in: 0..<4, using: &random) {
    case 0: bytes.replaceSubrange(0..<8, with: [0, 1, 0, UInt8(bytes.count & 0xFC), 0x21, 0x12, 0xA4, 0x42])
    case 1: bytes.replaceSubrange(0..<3, with: [22, 0xFE, 0xFD])
    case 2: bytes.replaceSubrange(0..<2, with: [0x81, 205])
    default: bytes[0] = 0x80
    }
    return bytes
  }
}
