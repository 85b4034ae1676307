import Testing
import WebServer

@Suite struct HostTests {
  @Test(arguments: [
    "192.168.1.7", "192.168.1.7:8080", "[fe80::1]", "[::1]:8080", "localhost", "LOCALHOST:8080", "cupola.local",
    "cupola.local.", "tv.example", "TV.example:80", "kiosk", "KIOSK:8080", "tv-1",
  ])
  func `our own names are allowed`(host: String) {
    #expect(AllowedHosts(names: ["tv.example"]).allows(host))
  }

  @Test(arguments: [
    "evil.example", "tv.example.evil.example", "192.168.1.7.evil.example", "localhost.evil.example", "",
    ":8080", "[::1", "[evil.example]", "a b", "tv.example:80:80", "tv.example:x", "tv.example@evil", "tv.example:70000",
  ])
  func `foreign and broken names are not`(host: String) {
    #expect(!AllowedHosts(names: ["tv.example"]).allows(host))
  }

  @Test func `a rebound name is answered 421, a missing or repeated one 400`() async throws {
    try await TestServer.run(routes: [Route(.get, "/healthz") { _ in .text("ok") }]) { server in
      let foreign = try await TestClient.request(server, "GET", "/healthz", host: "evil.example")
      #expect(foreign.status == 421)
      #expect(foreign.body.contains(#""code":"unknownHost""#))
      #expect(foreign.body.contains("evil.example") && foreign.body.contains("server.hosts"))
      #expect(try await TestClient.request(server, "GET", "/healthz", host: "tv.example").status == 200)
      let repeated = try await TestClient.request(server, "GET", "/healthz", headers: ["Host: tv.example"])
      #expect(repeated.status == 400)
      try await TestClient.connect(to: server) { client in
        try await client.send("GET /healthz HTTP/1.1\r\n\r\n")
        #expect(try await client.response().status == 400)
      }
    }
  }
}
