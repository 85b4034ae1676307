import SansIO
import Testing
import WebRTC
import WebRTCTestPeer

/// What one run over a bad link is like.
struct LossCase: CustomTestStringConvertible, Sendable {
  var loss: Double
  var usesRetransmissionStream: Bool
  var seed: UInt64

  var testDescription: String {
    "loss \(loss), \(usesRetransmissionStream ? "RTX" : "plain resends"), seed \(seed)"
  }

  static let all = [0, 0.05, 0.2].flatMap { loss in
    [true, false].flatMap { rtx in
      (1...4).map { LossCase(loss: loss, usesRetransmissionStream: rtx, seed: $0) }
    }
  }
}

@Suite struct LossTests {
  @Test(arguments: LossCase.all)
  func `every frame arrives in the end`(_ run: LossCase) throws {
    var call = try Call(
      .init(loss: run.loss, duplication: run.loss / 4, reordering: run.loss / 2), seed: run.seed
    ) { $0.offersRetransmission = run.usesRetransmissionStream }
    call.isStreaming = true
    // At a fifth lost, proving the address and shaking hands may take four seconds of these.
    call.run(for: .seconds(10))
    let statistics = call.viewer.statistics
    #expect(statistics.givenUp == 0)
    let first = try #require(call.received.first)
    let begin = try #require(call.sent.firstIndex { $0.sent.timestamp == first.timestamp })
    // All from the first on, but for those still on their way.
    #expect(call.received.map(\.data) == call.sent[begin...].prefix(call.received.count).map(\.data))
    #expect(call.received.count >= call.sent.count - begin - 15)
    #expect(call.received.count > 150)
    if run.loss > 0 {
      #expect(statistics.recovered > 0)
      #expect((statistics.retransmissions > 0) == run.usesRetransmissionStream)
      // What comes again under its own number counts as received (RFC 3550 section 6.4.1).
      if run.usesRetransmissionStream { #expect(call.server.statistics.reception.cumulativeLost > 0) }
    } else {
      #expect(statistics.nacksSent == 0)
    }
  }

  @Test(arguments: UInt64(1)...3)
  func `a viewer that cannot be helped asks for a key frame and goes on`(seed: UInt64) throws {
    var call = try Call(seed: seed) { $0.sendsNACK = false }
    call.isStreaming = true
    call.run(for: .seconds(1))
    let before = call.received.count
    call.toViewer.conditions.loss = 0.5
    call.run(for: .milliseconds(300))
    call.toViewer.conditions.loss = 0
    call.run(for: .seconds(3))
    #expect(call.viewer.statistics.givenUp > 0)
    #expect(call.keyframeRequests > 0)
    #expect(call.received.count > before + 30)
    #expect(call.received.count { $0.isKeyFrame } >= 2)
    // Nothing is shown that is not what was sent.
    let sent = Dictionary(uniqueKeysWithValues: call.sent.map { ($0.sent.timestamp, $0.data) })
    for frame in call.received { #expect(sent[frame.timestamp] == frame.data) }
  }

  @Test func `requests for a key frame in a burst become two`() throws {
    var call = try Call(seed: 1)
    let isConnected = call.connect()
    #expect(isConnected)
    for _ in 0..<5 { call.viewer.requestKeyframe() }
    call.run(for: .seconds(1))
    #expect(call.keyframeRequests == 2)
    #expect(call.server.statistics.keyframeRequestsReceived == 5)
  }

  @Test func `a full intra request counts once, however often it is repeated`() throws {
    var call = try Call(seed: 1)
    let isConnected = call.connect()
    #expect(isConnected)
    for _ in 0..<3 {
      call.viewer.requestFullIntra(number: 7)
      call.run(for: .milliseconds(200))
    }
    #expect(call.keyframeRequests == 1)
    call.viewer.requestFullIntra(number: 8)
    call.run(for: .milliseconds(200))
    #expect(call.keyframeRequests == 2)
  }

  @Test func `a viewer that asks for everything again and again gets a bounded answer`() throws {
    var call = try Call(seed: 1)
    call.isStreaming = true
    call.run(for: .seconds(1))
    let number = call.viewer.lastSequenceNumber
    let last = try #require(number)
    let before = call.bytesSent
    for _ in 0..<100 { call.viewer.requestPackets((0..<100).map { last &- $0 }) }
    call.isStreaming = false
    call.run(for: .milliseconds(10))
    let statistics = call.server.statistics
    #expect(statistics.nacksReceived == 100)
    #expect(statistics.packetsResent <= 100)
    #expect(call.bytesSent - before <= 110 * 1200)
  }
}
