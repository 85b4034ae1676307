import NIOCore
import NIOEmbedded
import NIOWebSocket
import Testing
import WebServer

/// The handler on a virtual clock.
@Suite struct WebSocketHandlerTests {
  private func makeChannel(
    _ configuration: WebSocketConfiguration = .init(), statistics: WebServerStatistics = .init()
  ) throws -> (EmbeddedChannel, WebSocketConnection) {
    let channel = EmbeddedChannel()
    try channel.connect(to: SocketAddress(ipAddress: "192.0.2.1", port: 9)).wait()
    let connection = try WebSocketHandler.install(
      in: channel, id: 1, configuration: configuration, statistics: statistics)
    return (channel, connection)
  }

  private func frame(_ opcode: WebSocketOpcode, _ text: String = "") -> WebSocketFrame {
    WebSocketFrame(fin: true, opcode: opcode, maskKey: [0, 0, 0, 0], data: ByteBuffer(string: text))
  }

  private func closeCode(_ frame: WebSocketFrame?) -> UInt16? {
    frame?.opcode == .connectionClose ? frame?.data.getInteger(at: frame?.data.readerIndex ?? 0) : nil
  }

  @Test func `a silent socket is pinged, then closed, then cut`() throws {
    let statistics = WebServerStatistics()
    let (channel, connection) = try makeChannel(statistics: statistics)
    defer { channel.tearDown() }
    for _ in 0..<2 {
      channel.embeddedEventLoop.advanceTime(by: .seconds(15))
      #expect(try channel.readOutbound(as: WebSocketFrame.self)?.opcode == .ping)
    }
    channel.embeddedEventLoop.advanceTime(by: .seconds(10))
    #expect(try closeCode(channel.readOutbound()) == 1001)
    #expect(statistics.snapshot.webSocketsClosed == [.silence: 1])
    #expect(!connection.send([97]))
    #expect(channel.isActive)
    channel.embeddedEventLoop.advanceTime(by: .milliseconds(500))
    #expect(!channel.isActive)
    #expect(statistics.snapshot.webSocketsOpen == 0)
  }

  @Test func `pongs keep a socket open`() throws {
    let (channel, _) = try makeChannel()
    defer { channel.tearDown() }
    for _ in 0..<20 {
      channel.embeddedEventLoop.advanceTime(by: .seconds(15))
      #expect(try channel.readOutbound(as: WebSocketFrame.self)?.opcode == .ping)
      try channel.writeInbound(frame(.pong))
    }
    #expect(channel.isActive)
  }

  @Test func `pings of a peer that does not read are not answered`() throws {
    let (channel, _) = try makeChannel()
    defer { channel.tearDown() }
    channel.isWritable = false
    try channel.writeInbound(frame(.ping, "1"))
    #expect(try channel.readOutbound(as: WebSocketFrame.self) == nil)
    channel.isWritable = true
    try channel.writeInbound(frame(.ping, "2"))
    #expect(try channel.readOutbound(as: WebSocketFrame.self)?.data == ByteBuffer(string: "2"))
  }

  @Test func `a close frame is answered with its own status`() throws {
    let (channel, _) = try makeChannel()
    defer { channel.tearDown() }
    try channel.writeInbound(frame(.connectionClose, "\u{0F}\u{20}bye"))
    let answer = try channel.readOutbound(as: WebSocketFrame.self)
    #expect(answer?.data == ByteBuffer(string: "\u{0F}\u{20}"))
    #expect(!channel.isActive)
  }

  @Test func `closing waits for the peer's close frame and ignores the rest`() throws {
    let (channel, connection) = try makeChannel()
    defer { channel.tearDown() }
    connection.close(.policyViolation, reason: "no")
    channel.embeddedEventLoop.run()
    #expect(try closeCode(channel.readOutbound()) == 1008)
    try channel.writeInbound(frame(.text, "late"))
    #expect(channel.isActive)
    try channel.writeInbound(frame(.connectionClose))
    #expect(!channel.isActive)
    #expect(try channel.readOutbound(as: WebSocketFrame.self) == nil)
  }

  @Test func `a graceful shutdown says goodbye`() throws {
    let (channel, connection) = try makeChannel()
    defer { channel.tearDown() }
    channel.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent())
    #expect(try closeCode(channel.readOutbound()) == 1001)
    #expect(!connection.send([97]))
  }

  @Test func `messages after the last are counted neither way`() throws {
    let statistics = WebServerStatistics()
    let (channel, connection) = try makeChannel(statistics: statistics)
    defer { channel.tearDown() }
    #expect(connection.send([97]))
    #expect(connection.send([98]))
    _ = try channel.finish()
    #expect(!connection.send([99]))
    #expect(statistics.snapshot.webSocketMessagesSent <= 2)
  }

  @Test func `many small messages are bounded by their number`() throws {
    var configuration = WebSocketConfiguration()
    configuration.outboundMessages = 3
    let (channel, connection) = try makeChannel(configuration)
    defer { channel.tearDown() }
    #expect((0..<5).map { _ in connection.send([97]) } == [true, true, true, false, false])
    channel.embeddedEventLoop.run()
    for _ in 0..<3 { #expect(try channel.readOutbound(as: WebSocketFrame.self)?.opcode == .text) }
    #expect(try closeCode(channel.readOutbound()) == 1013)
  }
}
