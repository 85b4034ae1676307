import NIOCore
import NIOEmbedded
import NIOWebSocket
import Testing
import WebServer

/// Every byte of a good conversation goes wrong once in each of a few ways; nothing may trap or stay open for ever.
@Suite struct DamageTests {
  private static func damaged(_ bytes: [UInt8]) -> [[UInt8]] {
    bytes.indices.flatMap { index in
      [0x00, 0xff, bytes[index] ^ 0x80, bytes[index] ^ 0x01].map { byte in
        var copy = bytes
        copy[index] = byte
        return copy
      }
    }
  }

  /// Masked with zeros: a text, a ping, a text in two fragments, a close.
  private static let frames: [UInt8] = [
    [0x81, 0x82, 0, 0, 0, 0, 0x7b, 0x7d], [0x89, 0x81, 0, 0, 0, 0, 1], [0x01, 0x81, 0, 0, 0, 0, 0xc3],
    [0x80, 0x81, 0, 0, 0, 0, 0xa4], [0x88, 0x82, 0, 0, 0, 0, 3, 0xe8],
  ].flatMap { $0 }

  private func makeChannel(_ statistics: WebServerStatistics) throws -> (EmbeddedChannel, WebSocketConnection) {
    let channel = EmbeddedChannel()
    try channel.connect(to: SocketAddress(ipAddress: "192.0.2.1", port: 9)).wait()
    try channel.pipeline.syncOperations.addHandlers([
      WebSocketFrameEncoder(), ByteToMessageHandler(WebSocketFrameDecoder(maxFrameSize: 65536)),
    ])
    let connection = try WebSocketHandler.install(in: channel, id: 1, configuration: .init(), statistics: statistics)
    return (channel, connection)
  }

  @Test func `frames that come byte by byte are the same frames`() throws {
    let statistics = WebServerStatistics()
    let (channel, connection) = try makeChannel(statistics)
    defer { channel.tearDown() }
    for byte in Self.frames { try channel.writeInbound(ByteBuffer(bytes: [byte])) }
    #expect(statistics.snapshot.webSocketMessagesReceived == 2)
    var answers: [UInt8] = []
    while let part = try channel.readOutbound(as: ByteBuffer.self) { answers += Array(buffer: part) }
    #expect(answers == [0x8a, 1, 1, 0x88, 2, 3, 0xe8])
    #expect(!channel.isActive)
    #expect(!connection.send([97]))
  }

  @Test func `damaged frames end at the latest when the peer is silent`() throws {
    for bytes in Self.damaged(Self.frames) {
      let statistics = WebServerStatistics()
      let (channel, connection) = try makeChannel(statistics)
      defer { channel.tearDown() }
      try channel.writeInbound(ByteBuffer(bytes: bytes))
      channel.embeddedEventLoop.advanceTime(by: .seconds(60))
      #expect(!channel.isActive)
      #expect(!connection.send([97]))
      #expect(statistics.snapshot.webSocketsOpen == 0)
    }
  }

  @Test func `damaged requests are answered or cut, and the server lives`() async throws {
    let request = Array("GET /ws?a=%41 HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n\r\n".utf8)
    let configure: (inout HTTPServiceConfiguration) -> Void = {
      $0.limits.requestTimeout = .milliseconds(200)
      $0.limits.idleTimeout = .milliseconds(200)
    }
    try await TestServer.run(configure: configure) { server in
      try await withThrowingTaskGroup(of: Bool.self) { group in
        for bytes in Self.damaged(request) {
          group.addTask {
            try await TestClient.connect(to: server) { client in
              try await client.send(bytes)
              return await client.reachesEnd()
            }
          }
        }
        for try await isOver in group { #expect(isOver) }
      }
      let isOver = try await TestClient.connect(to: server) { await $0.reachesEnd() }
      #expect(isOver)
    }
  }
}
