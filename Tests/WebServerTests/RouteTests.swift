import Testing
import WebServer

@Suite struct RouteTests {
  private let routes = [
    Route(.get, "/api/v1/presets/{number}") { request in
      .text("\(request.parameters["number"] ?? "") \(request.query["q"] ?? "") \(request.remoteAddress.host)")
    },
    Route(.put, "/api/v1/presets/{number}") { request in .json(request.body) },
    Route(.get, "/refuses") { _ in
      throw APIError(status: 409, code: "busy", message: "Not \"now\".\n", headers: ["Retry-After": "1"])
    },
    Route(.get, "/fails") { _ in throw CancellationError() },
    Route(.post, "/whep/{preset}", allowsOtherOrigins: true) { request in
      #expect(request.contentType == "application/sdp")
      return APIResponse(
        status: 201, headers: ["Location": "/whep/session/7", "Content-Type": "application/sdp"], body: request.body)
    },
    Route(.delete, "/whep/session/{id}", allowsOtherOrigins: true) { request in
      request.parameters["id"] == "7" ? .empty(status: 200) : .empty(status: 404)
    },
  ]

  @Test func `a handler gets parameters, query and the peer`() async throws {
    try await TestServer.run(routes: routes) { server in
      let answer = try await TestClient.request(server, "GET", "/api/v1/presets/a%20b?q=%C3%A4")
      #expect(answer.status == 200)
      #expect(answer.body == "a b ä 127.0.0.1")
      #expect(answer.headers["cache-control"] == "no-store")
    }
  }

  @Test func `other methods are refused with those that there are`() async throws {
    try await TestServer.run(routes: routes) { server in
      let refused = try await TestClient.request(server, "DELETE", "/api/v1/presets/1")
      #expect(refused.status == 405)
      #expect(refused.headers["allow"] == "GET, HEAD, PUT, OPTIONS")
      for method in ["TRACE", "PROPFIND", "PURGE"] {
        let answer = try await TestClient.request(server, method, "/api/v1/presets/1")
        #expect(answer.status == 405 && answer.headers["allow"] == "GET, HEAD, PUT, OPTIONS", "\(method)")
      }
      #expect(try await TestClient.request(server, "TRACE", "/nothing").status == 404)
      let options = try await TestClient.request(server, "OPTIONS", "/api/v1/presets/1")
      #expect(options.status == 204)
      #expect(options.headers["allow"] == "GET, HEAD, PUT, OPTIONS")
      #expect(options.headers["access-control-allow-origin"] == nil)
      let head = try await TestClient.request(server, "HEAD", "/api/v1/presets/1")
      #expect(head.status == 200)
      #expect(head.headers["content-length"] == "12")
    }
  }

  @Test func `errors are JSON`() async throws {
    try await TestServer.run(routes: routes) { server in
      let refused = try await TestClient.request(server, "GET", "/refuses")
      #expect(refused.status == 409)
      #expect(refused.headers["retry-after"] == "1")
      #expect(refused.headers["content-type"] == "application/json")
      #expect(refused.body == #"{"error":{"code":"busy","message":"Not \"now\".\n"}}"#)
      let failed = try await TestClient.request(server, "GET", "/fails")
      #expect(failed.status == 500)
      #expect(failed.body.contains(#""code":"internal""#))
    }
  }

  @Test func `a WHEP player of another origin may join and leave`() async throws {
    try await TestServer.run(routes: routes) { server in
      let foreign = "Origin: https://player.example"
      let preflight = try await TestClient.request(
        server, "OPTIONS", "/whep/1", headers: [foreign, "Access-Control-Request-Method: POST"])
      #expect(preflight.status == 204)
      #expect(preflight.headers["access-control-allow-origin"] == "*")
      #expect(preflight.headers["access-control-allow-methods"] == "POST, OPTIONS")
      #expect(preflight.headers["access-control-allow-headers"]?.contains("Content-Type") == true)
      let joined = try await TestClient.request(
        server, "POST", "/whep/1", headers: [foreign, "Content-Type: application/sdp"], body: "v=0\r\n")
      #expect(joined.status == 201)
      #expect(joined.body == "v=0\r\n")
      #expect(joined.headers["location"] == "/whep/session/7")
      #expect(joined.headers["access-control-expose-headers"]?.contains("Location") == true)
      #expect(try await TestClient.request(server, "DELETE", "/whep/session/7", headers: [foreign]).status == 200)
    }
  }

  @Test func `a page of another origin changes nothing elsewhere`() async throws {
    try await TestServer.run(routes: routes) { server in
      func put(_ origin: String) async throws -> Int {
        try await TestClient.request(
          server, "PUT", "/api/v1/presets/1", host: "tv.local", headers: ["Origin: \(origin)"], body: "{}"
        ).status
      }
      let origins = [
        "https://player.example": 403, "null": 403, "http://tv.local": 200, "http://TV.local:80": 200,
        "http://tv.local:8080": 403, "evil://tv.local": 403, "ws://tv.local": 403, "http://tv.local/": 403,
      ]
      for (origin, status) in origins {
        let answer = try await put(origin)
        #expect(answer == status, "\(origin)")
      }
    }
  }

  @Test func `a body over the limit is refused, with and without a length`() async throws {
    let configure: (inout HTTPServiceConfiguration) -> Void = { $0.limits.requestBody = 100 }
    try await TestServer.run(routes: routes, configure: configure) { server in
      let body = String(repeating: "x", count: 101)
      let refused = try await TestClient.request(server, "PUT", "/api/v1/presets/1", body: body)
      #expect(refused.status == 413)
      try await TestClient.connect(to: server) { client in
        try await client.send(
          "PUT /api/v1/presets/1 HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
            + "65\r\n\(body)\r\n0\r\n\r\n")
        #expect(try await client.response().status == 413)
        #expect(await client.reachesEnd())
      }
      let allowed = try await TestClient.request(
        server, "PUT", "/api/v1/presets/1", headers: ["Expect: 100-continue"], body: String(body.dropLast()))
      #expect(allowed.status == 200)
    }
  }

  @Test func `answers are counted by class`() async throws {
    try await TestServer.run(routes: routes) { server in
      for path in ["/api/v1/presets/1", "/refuses", "/fails", "/nothing"] {
        _ = try await TestClient.request(server, "GET", path)
      }
      let snapshot = server.statistics.snapshot
      #expect(snapshot.successful == 1)
      #expect(snapshot.clientErrors == 2)
      #expect(snapshot.serverErrors == 1)
    }
  }
}

@Suite struct RoutingTableTests {
  private func match(_ path: String) -> String? {
    let routes = ["/a/{x}/c", "/a/b/{y}", "/a/b/c", "/a/{z}"].map { Route(.get, $0) { _ in .empty() } }
    return RoutingTable(routes, maximumBody: 0).match(path).map { match in
      match.parameters.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: " ")
    }
  }

  @Test(
    arguments: [
      ("/a/b/c", ""), ("/a/b/d", "y=d"), ("/a/e/c", "x=e"), ("/a/e", "z=e"), ("/a/%7B", "z=%7B"),
      ("/a/e/d", nil), ("/a/", nil), ("/a", nil), ("/a/b/c/", nil), ("//a/b/c", nil), ("/a//c", nil), ("", nil),
    ] as [(String, String?)])
  func `a path matches component by component, written ones first`(path: String, expected: String?) {
    #expect(match(path) == expected)
  }
}

@Suite struct HTTPDateTests {
  @Test(arguments: [
    (784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT"), (0, "Thu, 01 Jan 1970 00:00:00 GMT"),
    (951_782_400, "Tue, 29 Feb 2000 00:00:00 GMT"), (4_102_444_799, "Thu, 31 Dec 2099 23:59:59 GMT"),
  ])
  func `a date is written as RFC 9110 has it`(seconds: Int, expected: String) {
    #expect(HTTPDate.text(secondsSince1970: seconds) == expected)
  }
}
