import Glibc
import Logging
import NIOCore
import NIOEmbedded
import Testing
import WebServer

@Suite struct ConnectionTests {
  @Test(arguments: [
    "\u{16}\u{03}\u{01}\u{02}hello", "GET / HTTP/9.9\r\n\r\n", "GET /\r\nHost localhost\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: localhost\r\nX: \(String(repeating: "x", count: 9000))\r\n\r\n",
    "GET /\(String(repeating: "x", count: 9000)) HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: localhost\r\n\(String(repeating: "X: 1\r\n", count: 101))\r\n",
    "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n",
    "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
  ])
  func `what is no HTTP is answered 400 and cut`(bytes: String) async throws {
    try await TestServer.run { server in
      try await TestClient.connect(to: server) { client in
        try await client.send(bytes)
        let answer = try await client.response()
        #expect(answer.status == 400)
        #expect(answer.body.contains(#""code":"badRequest""#))
        #expect(await client.reachesEnd())
      }
      #expect(server.statistics.snapshot.malformedRequests == 1)
    }
  }

  @Test func `a second request that is no HTTP is answered 400 too`() async throws {
    try await TestServer.run(routes: [Route(.get, "/healthz") { _ in .text("ok") }]) { server in
      try await TestClient.connect(to: server) { client in
        #expect(try await client.request("GET", "/healthz").status == 200)
        try await client.send("nonsense\r\n\r\n")
        #expect(try await client.response().status == 400)
        #expect(await client.reachesEnd())
      }
    }
  }

  @Test func `requests that come together are answered in their order`() async throws {
    let route = Route(.get, "/{name}") { .text($0.parameters["name"] ?? "") }
    try await TestServer.run(routes: [route]) { server in
      try await TestClient.connect(to: server) { client in
        try await client.send("abc".map { "GET /\($0) HTTP/1.1\r\nHost: localhost\r\n\r\n" }.joined())
        for name in ["a", "b", "c"] { #expect(try await client.response().body == name) }
      }
    }
  }

  @Test func `a client of HTTP/1.0 gets one answer and the end`() async throws {
    try await TestServer.run(routes: [Route(.get, "/healthz") { _ in .text("ok") }]) { server in
      try await TestClient.connect(to: server) { client in
        try await client.send("GET /healthz HTTP/1.0\r\nHost: localhost\r\n\r\n")
        #expect(try await client.response().body == "ok")
        #expect(await client.reachesEnd())
      }
    }
  }

  @Test func `a body that breaks off or breaks the rules is answered 400`() async throws {
    try await TestServer.run(routes: [Route(.post, "/echo") { .json($0.body) }]) { server in
      try await TestClient.connect(to: server) { client in
        try await client.send("POST /echo HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n")
        #expect(try await client.response().status == 400)
        #expect(await client.reachesEnd())
      }
      #expect(server.statistics.snapshot.malformedRequests == 1)
    }
  }

  @Test func `a connection that could not be accepted does not end the server`() throws {
    let channel = EmbeddedChannel()
    defer { channel.tearDown() }
    let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    try channel.pipeline.syncOperations.addHandler(AcceptErrorHandler(logger: logger))
    for code in [ECONNABORTED, EMFILE] {
      channel.pipeline.fireErrorCaught(IOError(errnoCode: code, reason: "accept"))
      try channel.throwIfErrorCaught()
    }
    channel.pipeline.fireErrorCaught(IOError(errnoCode: EBADF, reason: "accept"))
    #expect(throws: IOError.self) { try channel.throwIfErrorCaught() }
  }

  @Test func `a connection that said nothing ends with the server at once, another has its grace`() throws {
    let (silent, _) = try makeGuardedChannel()
    defer { silent.tearDown() }
    silent.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent())
    #expect(!silent.isActive)
    let (busy, _) = try makeGuardedChannel()
    defer { busy.tearDown() }
    try busy.writeInbound(ByteBuffer(string: "GET "))
    busy.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent())
    busy.embeddedEventLoop.advanceTime(by: .milliseconds(499))
    #expect(busy.isActive)
    busy.embeddedEventLoop.advanceTime(by: .milliseconds(1))
    #expect(!busy.isActive)
  }

  @Test func `a request that drips in is cut when its time is up`() async throws {
    let configure: (inout HTTPServiceConfiguration) -> Void = { $0.limits.requestTimeout = .milliseconds(50) }
    try await TestServer.run(configure: configure) { server in
      try await TestClient.connect(to: server) { client in
        try await client.send("GET / HTTP/1.1\r\nHost: loc")
        #expect(await client.reachesEnd())
      }
      try await TestClient.connect(to: server) { client in
        try await client.send("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\nx")
        #expect(await client.reachesEnd())
      }
      #expect(server.statistics.snapshot.timedOutConnections == 2)
    }
  }

  @Test func `the time of a request begins anew with each`() throws {
    let (channel, connectionGuard) = try makeGuardedChannel()
    defer { channel.tearDown() }
    for _ in 0..<3 {
      channel.embeddedEventLoop.advanceTime(by: .seconds(14))
      connectionGuard.requestCompleted()
      channel.embeddedEventLoop.advanceTime(by: .seconds(100))
      connectionGuard.requestStarted()
    }
    #expect(channel.isActive)
    channel.embeddedEventLoop.advanceTime(by: .seconds(15))
    #expect(!channel.isActive)
  }

  @Test func `an answer that nobody reads is cut`() throws {
    let (channel, connectionGuard) = try makeGuardedChannel()
    defer { channel.tearDown() }
    connectionGuard.requestCompleted()
    channel.isWritable = false
    channel.pipeline.fireChannelWritabilityChanged()
    channel.embeddedEventLoop.advanceTime(by: .seconds(14))
    channel.isWritable = true
    channel.pipeline.fireChannelWritabilityChanged()
    channel.embeddedEventLoop.advanceTime(by: .seconds(14))
    #expect(channel.isActive)
    channel.isWritable = false
    channel.pipeline.fireChannelWritabilityChanged()
    channel.embeddedEventLoop.advanceTime(by: .seconds(15))
    #expect(!channel.isActive)
  }

  private func makeGuardedChannel() throws -> (EmbeddedChannel, ConnectionGuard) {
    let channel = EmbeddedChannel()
    try channel.connect(to: SocketAddress(ipAddress: "192.0.2.1", port: 9)).wait()
    let connectionGuard = ConnectionGuard(limits: .init(), statistics: .init())
    try channel.pipeline.syncOperations.addHandler(connectionGuard)
    return (channel, connectionGuard)
  }
}
