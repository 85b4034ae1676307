import Fairness
import Foundation
import Testing
import WebServer

/// Machines at 127.0.0.2 and following ones ask a server at 127.0.0.1.
@Suite(.timeLimit(.minutes(1))) struct FairShareTests {
  private let routes = [Route(.get, "/healthz") { _ in .text("ok") }]

  private func configure(_ configuration: inout HTTPServiceConfiguration) {
    configuration.limits.connections = 20
    configuration.limits.reservedConnections = 2
    configuration.webSocket.connections = 2
    configuration.webSocket.reservedConnections = 1
    configuration.source = { if case .v4(let bits) = $0 { .address(bits) } else { .loopback } }
  }

  private func expectServed(_ server: TestServer, from own: String?) async throws {
    let status = try await TestClient.connect(to: server, from: own) { try await $0.request("GET", "/healthz").status }
    #expect(status == 200, "from \(own ?? "this machine itself")")
  }

  @Test func `whoever opens all connections and says nothing keeps nobody out, nor itself`() async throws {
    try await TestServer.run(routes: routes, configure: configure) { server in
      try await TestClient.withQuiet(30, to: server, from: "127.0.0.2") {
        try await expectServed(server, from: "127.0.0.3")
        try await expectServed(server, from: "127.0.0.2")
        try await expectServed(server, from: nil)
        let snapshot = server.statistics.snapshot
        #expect(snapshot.connectionsDisplaced >= 11 && snapshot.connectionsRefused == 0)
      }
    }
  }

  @Test func `a request that is being answered is not disturbed`() async throws {
    let (arrivals, arrival) = AsyncStream<Void>.makeStream()
    let (turns, turn) = AsyncStream<Void>.makeStream()
    let slow = Route(.get, "/slow") { _ in
      arrival.yield()
      for await _ in turns { break }
      return .text("done")
    }
    try await TestServer.run(routes: routes + [slow], configure: configure) { server in
      try await TestClient.connect(to: server, from: "127.0.0.2") { client in
        try await client.send("GET /slow HTTP/1.1\r\nHost: localhost\r\n\r\n")
        for await _ in arrivals { break }
        try await TestClient.withQuiet(40, to: server, from: "127.0.0.2") {
          try await expectServed(server, from: "127.0.0.3")
          turn.yield()
          #expect(try await client.response().body == "done")
        }
      }
    }
  }

  @Test func `between two requests a connection waits like any other`() async throws {
    try await TestServer.run(routes: routes, configure: configure) { server in
      try await TestClient.connect(to: server, from: "127.0.0.2") { idle in
        #expect(try await idle.request("GET", "/healthz").status == 200)
        try await TestClient.withQuiet(30, to: server, from: "127.0.0.2") { #expect(await idle.reachesEnd()) }
      }
    }
  }

  @Test func `a crowd of equals is told apart by use`() async throws {
    try await TestServer.run(routes: routes, configure: configure) { server in
      func nest(_ number: Int, _ body: () async throws -> Void) async throws {
        guard number < 60 else { return try await body() }
        try await TestClient.connect(to: server, from: "127.0.0.\(number)") { _ in try await nest(number + 1, body) }
      }
      try await nest(20) { try await expectServed(server, from: "127.0.0.99") }
    }
  }

  @Test func `the probe gets through where nobody else does`() async throws {
    let configure: (inout HTTPServiceConfiguration) -> Void = {
      $0.limits.connections = 0
      $0.limits.reservedConnections = 0
    }
    try await TestServer.run(routes: routes, configure: configure) { server in
      let configuration = HTTPServiceConfiguration(address: .init(host: "127.0.0.1", port: server.port))
      let probe = try #require(
        HTTPProbe(port: server.port, configuration: configuration, statistics: server.statistics))
      #expect(await onThread { probe.ask() })
      #expect(await onThread { probe.ask() })
      let isOver = try await TestClient.connect(to: server) { await $0.reachesEnd() }
      #expect(isOver)
      #expect(server.statistics.snapshot.connectionsRefused == 1)
      #expect(server.statistics.snapshot.successful == 2)
    }
  }

  @Test func `a probe without an answer is told so`() async throws {
    let statistics = WebServerStatistics()
    let configuration = HTTPServiceConfiguration(address: .init(host: "127.0.0.1", port: 1))
    let probe = try #require(HTTPProbe(port: 1, configuration: configuration, statistics: statistics))
    #expect(await onThread { !probe.ask() })
    #expect(probe.heartbeat.resting == .none, "nobody listens: that is no excuse")
  }

  private func onThread<Value: Sendable>(_ body: @escaping @Sendable () -> Value) async -> Value {
    await withCheckedContinuation { continuation in
      Thread.detachNewThread { continuation.resume(returning: body()) }
    }
  }

  // MARK: WebSockets

  private func open(_ client: TestClient) async throws {
    #expect(try await client.openWebSocket().status == 101)
    try await client.sendText("hello")
    #expect(try await client.frame().text == "hello")
  }

  @Test func `the quietest socket of the greediest machine gives way`() async throws {
    try await TestServer.run(configure: configure) { server in
      try await TestClient.connect(to: server, from: "127.0.0.2") { first in
        try await open(first)
        try await TestClient.connect(to: server, from: "127.0.0.2") { second in
          try await open(second)
          try await first.sendText("here")
          #expect(try await first.frame().text == "here")
          try await TestClient.connect(to: server, from: "127.0.0.2") { third in
            let status = try await third.openWebSocket().status
            #expect(status == 503)
          }
          try await TestClient.connect(to: server, from: "127.0.0.3") { other in
            try await open(other)
            #expect(try await second.frame().closeCode == 1013)
            try await first.sendText("still here")
            #expect(try await first.frame().text == "still here")
          }
          #expect(server.statistics.snapshot.webSocketsClosed == [.displaced: 1])
        }
      }
    }
  }

  @Test func `sockets on which nothing was said give way to those of the same machine`() async throws {
    try await TestServer.run(configure: configure) { server in
      try await TestClient.connect(to: server, from: "127.0.0.2") { first in
        #expect(try await first.openWebSocket().status == 101)
        try await TestClient.connect(to: server, from: "127.0.0.2") { second in
          #expect(try await second.openWebSocket().status == 101)
          try await TestClient.connect(to: server, from: "127.0.0.2") { third in
            try await open(third)
            #expect(try await first.frame().closeCode == 1013)
          }
        }
      }
    }
  }

  @Test func `an operator's socket stays whoever else comes`() async throws {
    let serve: @Sendable (WebSocketConnection) async -> Void = { connection in
      for await message in connection.inbound {
        if message == Array("PIN".utf8) { connection.privilege() }
        connection.send(message)
      }
    }
    try await TestServer.run(configure: configure, webSocket: serve) { server in
      try await TestClient.connect(to: server, from: "127.0.0.2") { director in
        try await open(director)
        try await director.sendText("PIN")
        #expect(try await director.frame().text == "PIN")
        try await TestClient.connect(to: server, from: "127.0.0.3") { first in
          try await open(first)
          try await TestClient.connect(to: server, from: "127.0.0.3") { second in
            try await open(second)
            try await TestClient.connect(to: server, from: "127.0.0.4") { third in
              try await open(third)
              #expect(try await first.frame().closeCode == 1013)
              try await TestClient.withQuiet(40, to: server, from: "127.0.0.2") {
                try await director.sendText("still here")
                #expect(try await director.frame().text == "still here")
              }
            }
          }
        }
      }
    }
  }

  @Test func `what waits for a program that does not read is bounded`() async throws {
    let (turns, turn) = AsyncStream<Void>.makeStream()
    let count = 2000
    let late: @Sendable (WebSocketConnection) async -> Void = { connection in
      for await _ in turns { break }
      var heard = 0
      for await message in connection.inbound {
        heard += 1
        if heard == count { connection.send(message) }
      }
    }
    try await TestServer.run(routes: routes, webSocket: late) { server in
      try await TestClient.connect(to: server) { client in
        _ = try await client.openWebSocket()
        try await client.sendTexts(count, of: 0)
        // Both event loops have come round.
        for _ in 0..<20 { try await expectServed(server, from: nil) }
        #expect(server.statistics.snapshot.webSocketMessagesReceived <= 4096 / 6 + 16)
        turn.yield()
        #expect(try await client.frame().payload.isEmpty)
      }
    }
  }
}
