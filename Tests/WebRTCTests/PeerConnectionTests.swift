import DTLS
import Media
import RTP
import SDP
import SansIO
import Testing
import WebRTC
import WebRTCTestPeer

@Suite struct PeerConnectionTests {
  @Test(arguments: [VideoCodec.h264, .vp8])
  func `a viewer connects and gets every frame as it was sent`(codec: VideoCodec) throws {
    var call = try Call(seed: 1, codecs: [codec])
    #expect(call.server.session.video.codec == codec)
    let isConnected = call.connect()
    #expect(isConnected)
    call.isStreaming = true
    call.run(for: .seconds(2))
    #expect(call.serverEvents == [.connected])
    #expect(call.received.count >= 59)
    #expect(call.received.map(\.data) == call.sent.prefix(call.received.count).map(\.data))
    #expect(call.received.map(\.timestamp) == call.sent.prefix(call.received.count).map(\.sent.timestamp))
    #expect(call.received.first?.isKeyFrame == true)
    #expect(call.server.statistics.drops.total == 0)
  }

  @Test func `a connection is up after two round trips of DTLS`() throws {
    var call = try Call(seed: 2)
    let isConnected = call.connect()
    #expect(isConnected)
    // 5 ms each way: one round trip for ICE, two for DTLS.
    #expect(call.server.statistics.timeToConnect ?? .seconds(1) <= .milliseconds(40))
  }

  @Test func `a frame sent before the connection is up goes nowhere`() throws {
    var call = try Call(seed: 3)
    let sent = call.sendFrame()
    #expect(sent == nil)
    #expect(call.burst.count == 0)
  }

  @Test func `a frame that the burst has no room for is dropped whole and counted`() throws {
    var call = try Call(seed: 4)
    let isConnected = call.connect()
    #expect(isConnected)
    call.burst = DatagramBurst(byteCapacity: 4_000, capacity: 16)
    let sent = call.sendFrame()
    #expect(sent == nil)
    #expect(call.burst.count == 0)
    #expect(call.server.statistics.drops[.unsentFrame] == 1)
  }

  @Test func `the first packets carry the section's name and a playout delay of zero`() throws {
    var call = try Call(seed: 5)
    let isConnected = call.connect()
    #expect(isConnected)
    call.sendFrame()
    call.run(for: .milliseconds(20))
    #expect(call.viewer.lastExtensions == [4: [UInt8(ascii: "0")], 5: [0, 0, 0]])
  }

  @Test func `sender reports tell the time and the name, receiver reports the round trip`() throws {
    var call = try Call(seed: 6)
    call.isStreaming = true
    call.run(for: .seconds(4))
    let viewer = call.viewer.statistics
    #expect((2...4).contains(viewer.senderReports))
    #expect(viewer.cname?.isEmpty == false)
    let roundTrip = try #require(call.server.statistics.reception.roundTrip)
    #expect(roundTrip > .milliseconds(9) && roundTrip < .milliseconds(12))
  }

  @Test func `switching streams keeps source, sequence and time line`() throws {
    var call = try Call(seed: 7)
    let isConnected = call.connect()
    #expect(isConnected)
    call.sendFrame()
    call.sendFrame()
    let before = call.stream
    // The same time again, as two presets of one moment have; then one from the past.
    call.stream = SyntheticStream(2, timestamp: before.timestamp &- SyntheticStream.interval)
    call.sendFrame(forceKeyframe: true)
    call.stream = SyntheticStream(3, timestamp: before.timestamp &- 9 * SyntheticStream.interval)
    call.sendFrame(forceKeyframe: true)
    call.stream = before
    call.sendFrame(forceKeyframe: true)
    call.run(for: .milliseconds(50))

    let timestamps = call.sent.map(\.sent.timestamp)
    for (earlier, later) in zip(timestamps, timestamps.dropFirst()) { #expect(later.isNewer(than: earlier)) }
    #expect(timestamps.last == timestamps[0] &+ 2 * SyntheticStream.interval)
    #expect(call.sent.map(\.sent.stream.number) == [1, 1, 2, 3, 1])
    // No gap and no other source: the viewer got them all without a request.
    #expect(call.received.map(\.data) == call.sent.map(\.data))
    let statistics = call.viewer.statistics
    #expect(statistics.nacksSent == 0)
    #expect(statistics.malformed == 0)
    #expect(statistics.packets == call.sent.reduce(0) { $0 + $1.sent.packetCount })
  }

  @Test func `a viewer over IPv6 connects`() throws {
    let address = try #require(TransportAddress("[2001:db8::2]:50000"))
    var random = SeededGenerator(seed: 8)
    var viewer = TestPeer(
      configuration: .init(localAddress: address, certificate: Call.viewerCertificate), random: &random)
    let local = [Call.serverAddress, TransportAddress("[2001:db8::1]:8189")].compactMap { $0 }
    let server = try PeerConnection(
      offer: viewer.offer,
      configuration: .init(
        certificate: Call.serverCertificate, localAddresses: local, now: Instant(nanoseconds: 0)),
      random: &random)
    try viewer.accept(answer: server.answer, at: Instant(nanoseconds: 0))
    var destinations: Set<TransportAddress> = []
    while let output = viewer.pollOutput() {
      if case .transmit(let datagram) = output { destinations.insert(datagram.path.remote) }
    }
    #expect(destinations == [local[1]])
  }

  @Test(arguments: ["", "v=0\r\n", "nonsense", String(repeating: "a", count: 100_000)])
  func `an offer that is none is refused with a sentence`(offer: String) {
    var random = SeededGenerator(seed: 9)
    let error = #expect(throws: PeerError.self) {
      _ = try PeerConnection(
        offer: offer,
        configuration: .init(
          certificate: Call.serverCertificate, localAddresses: [Call.serverAddress], now: Instant(nanoseconds: 0)),
        random: &random)
    }
    #expect(error?.description.isEmpty == false)
  }

  @Test func `an offer whose fingerprints are all weak is refused`() throws {
    var random = SeededGenerator(seed: 10)
    let viewer = TestPeer(
      configuration: .init(localAddress: Call.viewerAddress, certificate: Call.viewerCertificate), random: &random)
    let weak = "sha-1 " + Array(repeating: "AB", count: 20).joined(separator: ":")
    let strong = Call.viewerCertificate.fingerprint.description
    let offer = viewer.offer.split(separator: strong, omittingEmptySubsequences: false).joined(separator: weak)
    #expect(throws: PeerError.self) {
      _ = try PeerConnection(
        offer: offer,
        configuration: .init(
          certificate: Call.serverCertificate, localAddresses: [Call.serverAddress], now: Instant(nanoseconds: 0)),
        random: &random)
    }
  }
}
