import Testing
import WebServer

/// The time limits guard against hanging; nothing is measured.
@Suite(.timeLimit(.minutes(1))) struct ShutdownTests {
  @Test func `twenty open sockets are told, and everything ends`() async throws {
    try await TestServer.run { server in
      try await withThrowingTaskGroup(of: Int?.self) { group in
        let (opened, open) = AsyncStream<Void>.makeStream()
        for _ in 0..<20 {
          group.addTask {
            try await TestClient.connect(to: server) { client in
              _ = try await client.openWebSocket()
              open.yield()
              let frame = try await client.frame()
              try await client.sendFrame(8, frame.payload)
              _ = await client.reachesEnd()
              return frame.closeCode
            }
          }
        }
        var count = 0
        for await _ in opened {
          count += 1
          if count == 20 { break }
        }
        await server.shutDown()
        for try await code in group { #expect(code == 1001) }
      }
    }
  }

  @Test func `sockets that do not answer, idle connections and a stuck handler do not hold it up`() async throws {
    let stuck = Route(.get, "/stuck") { _ in
      await Self.untilCancelled()
      return .empty()
    }
    let deaf: @Sendable (WebSocketConnection) async -> Void = { _ in await Self.untilCancelled() }
    try await TestServer.run(routes: [stuck], webSocket: deaf) { server in
      try await TestClient.connect(to: server) { idle in
        try await TestClient.connect(to: server) { socket in
          try await TestClient.connect(to: server) { waiting in
            #expect(try await idle.request("GET", "/nothing").status == 404)
            #expect(try await socket.openWebSocket().status == 101)
            try await waiting.send("GET /stuck HTTP/1.1\r\nHost: localhost\r\n\r\n")
            await server.shutDown()
            for client in [idle, socket, waiting] { #expect(await client.reachesEnd()) }
          }
        }
      }
    }
  }

  @Test func `a running request is answered before the end`() async throws {
    let (arrivals, arrival) = AsyncStream<Void>.makeStream()
    let (turns, turn) = AsyncStream<Void>.makeStream()
    let slow = Route(.get, "/slow") { _ in
      arrival.yield()
      for await _ in turns { break }
      return .text("done")
    }
    try await TestServer.run(routes: [slow]) { server in
      try await TestClient.connect(to: server) { client in
        try await client.send("GET /slow HTTP/1.1\r\nHost: localhost\r\n\r\n")
        for await _ in arrivals { break }
        await server.shutDown()
        turn.yield()
        #expect(try await client.response().body == "done")
        #expect(await client.reachesEnd())
      }
    }
  }

  private static func untilCancelled() async {
    let (never, continuation) = AsyncStream<Never>.makeStream()
    for await _ in never {}
    continuation.finish()
  }
}
