import Testing
import WebServer

@Suite struct WebSocketTests {
  @Test func `a message comes back, on the subprotocol that was offered`() async throws {
    try await TestServer.run { server in
      try await TestClient.connect(to: server) { client in
        let answer = try await client.openWebSocket(subprotocol: "other, cupola.v1")
        #expect(answer.status == 101)
        #expect(answer.headers["sec-websocket-protocol"] == "cupola.v1")
        #expect(answer.headers["sec-websocket-accept"] == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")
        try await client.sendText("{\"type\":\"ping\"}")
        #expect(try await client.frame().text == "{\"type\":\"ping\"}")
        try await client.sendFrame(9, [1, 2, 3])
        #expect(try await client.frame() == .init(opcode: 10, payload: [1, 2, 3]))
        try await client.sendFrame(8, [0x03, 0xe8])
        #expect(try await client.frame().closeCode == 1000)
        #expect(await client.reachesEnd())
      }
      #expect(server.statistics.snapshot.webSocketsOpened == 1)
      #expect(server.statistics.snapshot.webSocketMessagesReceived == 1)
      #expect(server.statistics.snapshot.webSocketMessagesSent == 1)
    }
  }

  @Test func `fragments are one message, with a ping between them`() async throws {
    try await TestServer.run { server in
      try await TestClient.connect(to: server) { client in
        _ = try await client.openWebSocket()
        try await client.sendFrame(1, Array("äb".utf8.prefix(1)), isFinal: false)
        try await client.sendFrame(9, [7])
        try await client.sendFrame(0, [], isFinal: false)
        try await client.sendFrame(0, Array("äb".utf8.dropFirst()))
        #expect(try await client.frame().opcode == 10)
        #expect(try await client.frame().text == "äb")
      }
    }
  }

  /// What a client may not send, and the status that closes it.
  struct Offence: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var code: Int
    var send: @Sendable (TestClient) async throws -> Void

    init(_ description: String, _ code: Int, _ send: @escaping @Sendable (TestClient) async throws -> Void) {
      testDescription = description
      self.code = code
      self.send = send
    }
  }

  static let offences = [
    Offence("binary", 1003) { try await $0.sendFrame(2, [1]) },
    Offence("an oversized frame", 1009) { try await $0.sendFrame(1, .init(repeating: 97, count: 65537)) },
    Offence("oversized fragments", 1009) { client in
      for part in 0..<3 {
        try await client.sendFrame(part == 0 ? 1 : 0, .init(repeating: 97, count: 30000), isFinal: part == 2)
      }
    },
    Offence("too many fragments", 1009) { client in
      for part in 0..<70 { try await client.sendFrame(part == 0 ? 1 : 0, [97], isFinal: false) }
    },
    Offence("broken UTF-8", 1007) { try await $0.sendFrame(1, [0xc3, 0x28]) },
    Offence("text that ends within a character", 1007) { try await $0.sendFrame(1, [0xe2, 0x82]) },
    Offence("broken UTF-8 at the seam of two fragments", 1007) { client in
      try await client.sendFrame(1, [0xe2, 0x82], isFinal: false)
      try await client.sendFrame(0, [0x41], isFinal: false)
    },
    Offence("broken UTF-8 in a message that is not over", 1007) { client in
      try await client.sendFrame(1, [0xed, 0xa0, 0x80], isFinal: false)
    },
    Offence("an unmasked frame", 1002) { try await $0.sendFrame(1, [97], isMasked: false) },
    Offence("an unknown opcode", 1002) { try await $0.sendFrame(3, []) },
    Offence("a reserved bit", 1002) { try await $0.sendFrame(0x41, [97]) },
    Offence("a fragmented ping", 1002) { try await $0.sendFrame(9, [], isFinal: false) },
    Offence("a continuation of nothing", 1002) { try await $0.sendFrame(0, [97]) },
    Offence("a close frame of one byte", 1002) { try await $0.sendFrame(8, [3]) },
    Offence("a close reason that is no UTF-8", 1007) { try await $0.sendFrame(8, [0x03, 0xe8, 0xff]) },
    Offence("a flood of pings", 1008) { client in for _ in 0..<150 { try await client.sendFrame(9, [1]) } },
    Offence("a flood of pongs", 1008) { client in for _ in 0..<150 { try await client.sendFrame(10, []) } },
  ]

  @Test(arguments: offences)
  func `an offence closes the socket with its status`(offence: Offence) async throws {
    try await TestServer.run { server in
      try await TestClient.connect(to: server) { client in
        _ = try await client.openWebSocket()
        try await offence.send(client)
        var frame = try await client.frame()
        while frame.opcode == 10 { frame = try await client.frame() }
        #expect(frame.closeCode == offence.code)
        try await client.sendFrame(8, Array(frame.payload.prefix(2)))
        #expect(await client.reachesEnd())
      }
      #expect(server.statistics.snapshot.webSocketsClosed.values.reduce(0, +) == 1)
    }
  }

  @Test(arguments: [
    0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535,
  ])
  func `a close with a status that nobody may send is a protocol error`(code: Int) async throws {
    try await TestServer.run { server in
      try await TestClient.connect(to: server) { client in
        _ = try await client.openWebSocket()
        try await client.sendFrame(8, [UInt8(code >> 8), UInt8(code & 255)])
        #expect(try await client.frame().closeCode == 1002)
        #expect(await client.reachesEnd())
      }
      #expect(server.statistics.snapshot.webSocketsClosed == [.protocolError: 1])
    }
  }

  @Test(arguments: [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999])
  func `a close with any other status gets it back`(code: Int) async throws {
    try await TestServer.run { server in
      try await TestClient.connect(to: server) { client in
        _ = try await client.openWebSocket()
        try await client.sendFrame(8, [UInt8(code >> 8), UInt8(code & 255)] + Array("grün".utf8))
        #expect(try await client.frame() == .init(opcode: 8, payload: [UInt8(code >> 8), UInt8(code & 255)]))
        #expect(await client.reachesEnd())
      }
      #expect(server.statistics.snapshot.webSocketsClosed.isEmpty)
    }
  }

  @Test func `a close without a status gets one without back`() async throws {
    try await TestServer.run { server in
      try await TestClient.connect(to: server) { client in
        _ = try await client.openWebSocket()
        try await client.sendFrame(8, [])
        #expect(try await client.frame() == .init(opcode: 8, payload: []))
      }
    }
  }

  @Test func `a message of exactly the limit passes`() async throws {
    try await TestServer.run { server in
      try await TestClient.connect(to: server) { client in
        _ = try await client.openWebSocket()
        let message = [UInt8](repeating: 97, count: 65536)
        try await client.sendFrame(1, message)
        #expect(try await client.frame().payload == message)
      }
    }
  }

  @Test func `a handshake of a foreign page, name or language is refused and counted`() async throws {
    try await TestServer.run { server in
      func open(
        host: String? = nil, subprotocol: String? = "cupola.v1", headers: [String] = []
      ) async throws -> Int {
        try await TestClient.connect(to: server) {
          try await $0.openWebSocket(host: host, subprotocol: subprotocol, headers: headers).status
        }
      }
      #expect(try await open(host: "tv.local:8080", headers: ["Origin: http://tv.local:8080"]) == 101)
      #expect(try await open(host: "tv.example", headers: ["Origin: https://tv.example"]) == 101)
      #expect(try await open(host: "tv.local:8080", headers: ["Origin: http://evil.example"]) == 403)
      #expect(try await open(host: "tv.local:8080", headers: ["Origin: http://tv.local"]) == 403)
      #expect(try await open(host: "tv.local:8080", headers: ["Origin: null"]) == 403)
      #expect(try await open(host: "tv.local:8080", headers: ["Origin: evil://tv.local:8080"]) == 403)
      #expect(try await open(host: "tv.local:8080", headers: ["Origin: http://tv.local:8080/x"]) == 403)
      let both = ["Origin: http://tv.local:8080", "Origin: http://evil.example"]
      #expect(try await open(host: "tv.local:8080", headers: both) == 403)
      #expect(try await open(host: "evil.example", headers: ["Origin: http://evil.example"]) == 421)
      #expect(try await open(subprotocol: nil) == 400)
      #expect(try await open(subprotocol: "cupola.v2") == 400)
      let plain = try await TestClient.request(server, "GET", "/ws")
      #expect(plain.status == 426)
      #expect(plain.headers["upgrade"] == "websocket")
      let refusals = server.statistics.snapshot.webSocketRefusals
      #expect(refusals == [.origin: 6, .host: 1, .subprotocol: 2])
    }
  }

  @Test(arguments: [
    ["Upgrade: websocket", "Sec-WebSocket-Version: 12", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="],
    ["Upgrade: websocket", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="],
    ["Upgrade: h2c"],
  ])
  func `a handshake of another version, or none, is told what is spoken`(fields: [String]) async throws {
    try await TestServer.run { server in
      try await TestClient.connect(to: server) { client in
        let answer = try await client.request(
          "GET", "/ws", headers: fields + ["Connection: Upgrade", "Sec-WebSocket-Protocol: cupola.v1"])
        #expect(answer.status == 426)
        #expect(answer.headers["sec-websocket-version"] == "13")
        #expect(answer.headers["connection"] == "close")
        #expect(await client.reachesEnd())
      }
      #expect(server.statistics.snapshot.webSocketRefusals == [.handshake: 1])
    }
  }

  @Test(arguments: [
    ["Sec-WebSocket-Key: x"], ["Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ"],
    ["Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25j"],
    ["Sec-WebSocket-Key: dGhlIHNhbXBsZSBub2*jZQ=="], [],
    ["Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="],
    ["Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "Content-Length: 5"],
    ["Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "Transfer-Encoding: chunked"],
  ])
  func `a handshake that breaks the rules is told which`(fields: [String]) async throws {
    try await TestServer.run { server in
      try await TestClient.connect(to: server) { client in
        let answer = try await client.request(
          "GET", "/ws",
          headers: fields + [
            "Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13",
            "Sec-WebSocket-Protocol: cupola.v1",
          ])
        #expect(answer.status == 400)
        #expect(answer.body.contains("Sec-WebSocket-Key"))
        #expect(await client.reachesEnd())
      }
      #expect(server.statistics.snapshot.webSocketRefusals == [.malformed: 1])
    }
  }

  @Test func `the WebSocket's path is known to every method`() async throws {
    try await TestServer.run { server in
      let refused = try await TestClient.request(server, "POST", "/ws", body: "{}")
      #expect(refused.status == 405)
      #expect(refused.headers["allow"] == "GET, HEAD, OPTIONS")
      #expect(try await TestClient.request(server, "OPTIONS", "/ws").status == 204)
      #expect(try await TestClient.request(server, "HEAD", "/ws").status == 426)
    }
  }

  @Test func `a client that would rather speak HTTP/2 is answered in HTTP/1.1`() async throws {
    try await TestServer.run(routes: [Route(.post, "/echo") { .json($0.body) }]) { server in
      let answer = try await TestClient.request(
        server, "POST", "/echo",
        headers: ["Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AA"],
        body: "{}")
      #expect(answer.status == 200)
      #expect(answer.body == "{}")
      #expect(answer.headers["connection"] == "close")
    }
  }

  @Test func `one socket too many is told so, and may come when another has gone`() async throws {
    let configure: (inout HTTPServiceConfiguration) -> Void = {
      $0.webSocket.connections = 1
      $0.webSocket.reservedConnections = 0
    }
    try await TestServer.run(configure: configure) { server in
      try await TestClient.connect(to: server) { first in
        #expect(try await first.openWebSocket().status == 101)
        // One that has said something.
        try await first.sendText("{}")
        #expect(try await first.frame().text == "{}")
        let refused = try await TestClient.connect(to: server) { try await $0.openWebSocket() }
        #expect(refused.status == 503)
        #expect(refused.headers["retry-after"] == "5")
        #expect(refused.body.contains("connectionLimit"))
        try await first.sendFrame(8, [0x03, 0xe8])
        #expect(await first.reachesEnd())
      }
      let later = try await TestClient.connect(to: server) { try await $0.openWebSocket() }
      #expect(later.status == 101)
      #expect(server.statistics.snapshot.webSocketRefusals == [.limit: 1])
    }
  }

  @Test func `what waits for a slow reader is bounded, and the reader is closed`() async throws {
    let (sent, report) = AsyncStream<Int>.makeStream()
    let flood: @Sendable (WebSocketConnection) async -> Void = { connection in
      var count = 0
      while connection.send(.init(repeating: 97, count: 60000)) { count += 1 }
      report.yield(count)
      for await _ in connection.inbound {}
    }
    let configure: (inout HTTPServiceConfiguration) -> Void = { $0.webSocket.outboundBytes = 1_000_000 }
    try await TestServer.run(configure: configure, webSocket: flood) { server in
      try await TestClient.connect(to: server) { client in
        _ = try await client.openWebSocket()
        let count = try #require(await sent.first { _ in true })
        #expect(count >= 16)
        for _ in 0..<count {
          let frame = try await client.frame()
          #expect(frame.payload.count == 60000)
        }
        #expect(try await client.frame().closeCode == 1013)
        #expect(await client.reachesEnd())
      }
      #expect(server.statistics.snapshot.webSocketsClosed == [.slowReader: 1])
    }
  }

  @Test func `the program closes after what it said`() async throws {
    let farewell: @Sendable (WebSocketConnection) async -> Void = { connection in
      connection.send(Array("last".utf8))
      connection.close(.policyViolation, reason: String(repeating: "ä", count: 100))
      connection.close(.normalClosure)
      for await _ in connection.inbound {}
      #expect(!connection.send([97]))
    }
    try await TestServer.run(webSocket: farewell) { server in
      try await TestClient.connect(to: server) { client in
        _ = try await client.openWebSocket()
        #expect(try await client.frame().text == "last")
        let close = try await client.frame()
        #expect(close.closeCode == 1008)
        #expect(close.payload.count == 2 + 122)
        #expect(await client.reachesEnd())
      }
    }
  }

  @Test func `a flood waits with its sender until the program reads`() async throws {
    let (turns, turn) = AsyncStream<Void>.makeStream()
    let late: @Sendable (WebSocketConnection) async -> Void = { connection in
      for await _ in turns { break }
      await TestServer.echo(connection)
    }
    try await TestServer.run(webSocket: late) { server in
      try await TestClient.connect(to: server) { client in
        _ = try await client.openWebSocket()
        for number in 0..<200 { try await client.sendText("\(number)") }
        turn.yield()
        for number in 0..<200 { #expect(try await client.frame().text == "\(number)") }
      }
    }
  }
}
