import DTLS
import SansIO
import Testing
import WebRTC
import WebRTCTestPeer

@Suite struct ClosingTests {
  @Test func `a viewer that never comes is given up after ten seconds`() throws {
    var call = try Call(.init(loss: 1), seed: 1)
    let isConnected = call.connect(within: .seconds(20))
    #expect(!isConnected)
    #expect(call.closeReason == .connectTimeout)
    #expect(call.server.deadline == nil)
    #expect(call.bytesSent == 0)
  }

  @Test func `an offer that no check follows is given up after five seconds`() throws {
    var call = try Call(.init(loss: 1), seed: 6)
    call.run(for: .seconds(4))
    #expect(call.closeReason == nil)
    call.run(for: .seconds(2))
    #expect(call.closeReason == .connectTimeout)
  }

  @Test func `a viewer that falls silent is gone after thirty seconds, and nothing more is sent`() throws {
    var call = try Call(seed: 2)
    call.isStreaming = true
    call.run(for: .seconds(2))
    call.viewer.vanish()
    call.run(for: .seconds(25))
    #expect(call.closeReason == nil)
    call.run(for: .seconds(6))
    #expect(call.closeReason == .consentExpired)
    let bytes = call.bytesSent
    call.run(for: .seconds(10))
    let sent = call.sendFrame()
    #expect(sent == nil)
    #expect(call.bytesSent == bytes)
  }

  @Test func `a viewer that stays is kept for minutes`() throws {
    var call = try Call(.init(loss: 0.05), seed: 3)
    let isConnected = call.connect()
    #expect(isConnected)
    call.run(for: .seconds(300))
    #expect(call.closeReason == nil)
    #expect(call.viewerClosed == nil)
  }

  @Test func `a closed page ends the connection at once`() throws {
    var call = try Call(seed: 4)
    call.isStreaming = true
    call.run(for: .seconds(1))
    call.closeViewer()
    call.run(for: .milliseconds(20))
    #expect(call.closeReason == .peer)
    #expect(call.server.deadline == nil)
  }

  @Test func `close_notify alone ends the connection too`() throws {
    var call = try Call(seed: 5)
    let isConnected = call.connect()
    #expect(isConnected)
    call.closeViewer()
    // The goodbye is lost, the alert arrives.
    let goodbye = call.toServer.receive(at: Instant(nanoseconds: .max))
    #expect(goodbye != nil)
    call.run(for: .milliseconds(20))
    #expect(call.closeReason == .peer)
  }

  @Test func `closing tells the viewer`() throws {
    var call = try Call(seed: 6)
    call.isStreaming = true
    call.run(for: .seconds(1))
    call.closeServer()
    call.run(for: .milliseconds(20))
    #expect(call.viewerClosed == "BYE")
    #expect(call.closeReason == .local)
    call.closeServer()
    #expect(call.serverEvents.count { if case .closed = $0 { true } else { false } } == 1)
  }

  @Test func `closing before the connection is up is silent`() throws {
    var call = try Call(seed: 7)
    call.closeServer()
    #expect(call.closeReason == .local)
    #expect(call.bytesSent == 0)
  }

  @Test func `a viewer with another certificate than it named is refused`() throws {
    let other = try Certificate.generate().fingerprint
    var call = try Call(seed: 8) { $0.claimedFingerprint = other }
    let isConnected = call.connect()
    #expect(!isConnected)
    #expect(call.closeReason == .dtls(.wrongFingerprint))
    #expect(!call.serverEvents.contains(.connected))
  }
}
