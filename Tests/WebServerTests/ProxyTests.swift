import Testing
import WebServer

@Suite struct ProxyTests {
  private let proxies = TrustedProxies(["10.0.0.1", "::1", "2001:DB8:0::9"])

  private func client(
    of connected: String, forwarded: [String] = [], xForwardedFor: [String] = []
  ) -> RemoteAddress {
    proxies.client(RemoteAddress(host: connected, port: 7), forwarded: forwarded, xForwardedFor: xForwardedFor)
  }

  @Test(
    arguments: [
      (["for=192.0.2.43"], "192.0.2.43"), (["For=\"[2001:db8:cafe::17]:4711\""], "2001:db8:cafe::17"),
      (["for=192.0.2.60;proto=http;by=203.0.113.43"], "192.0.2.60"),
      (["by=\"a,b;for=1.2.3.4\";for=192.0.2.60"], "192.0.2.60"),
      (["for=192.0.2.1, for=192.0.2.43"], "192.0.2.43"), (["for=192.0.2.1", "for=192.0.2.43"], "192.0.2.43"),
      (["for=192.0.2.43, for=10.0.0.1"], "192.0.2.43"), (["for=\"192.0.2.43:80\""], "192.0.2.43"),
    ] as [([String], String)])
  func `the last hop of Forwarded is believed of a proxy`(field: [String], expected: String) {
    #expect(client(of: "10.0.0.1", forwarded: field) == RemoteAddress(host: expected, port: 0, isForwarded: true))
  }

  @Test(
    arguments: [
      (["192.0.2.43"], "192.0.2.43"), (["192.0.2.1, 192.0.2.43"], "192.0.2.43"),
      (["192.0.2.1", "2001:db8::5"], "2001:db8::5"), (["192.0.2.43, 2001:db8::9"], "192.0.2.43"),
      (["evil, 192.0.2.43:99"], "192.0.2.43"), (["::ffff:192.0.2.43"], "192.0.2.43"),
    ] as [([String], String)])
  func `and of X-Forwarded-For`(field: [String], expected: String) {
    #expect(client(of: "::1", xForwardedFor: field).host == expected)
  }

  @Test(
    arguments: [
      ["for=unknown"], ["for=_hidden"], [""], ["for="], ["proto=http"], ["for=192.0.2.43, for=_x"], ["for=10.0.0.1"],
      ["for=\""], ["for=192.0.2.43,"], [String(repeating: "for=", count: 2000)],
    ])
  func `where it names no address, the proxy is who asks`(field: [String]) {
    #expect(client(of: "10.0.0.1", forwarded: field) == RemoteAddress(host: "10.0.0.1", port: 7))
  }

  @Test func `what a client wrote into the field that the proxy does not write is not believed`() {
    let both = client(of: "10.0.0.1", forwarded: ["for=192.0.2.99"], xForwardedFor: ["192.0.2.43"])
    #expect(both == RemoteAddress(host: "10.0.0.1", port: 7))
    let same = client(of: "10.0.0.1", forwarded: ["for=192.0.2.43"], xForwardedFor: ["192.0.2.43"])
    #expect(same.host == "192.0.2.43")
  }

  @Test func `nobody else is believed`() {
    #expect(client(of: "10.0.0.2", forwarded: ["for=192.0.2.43"], xForwardedFor: ["192.0.2.43"]).host == "10.0.0.2")
    let none = TrustedProxies()
    #expect(
      none.client(RemoteAddress(host: "10.0.0.1", port: 7), forwarded: ["for=192.0.2.43"], xForwardedFor: []).host
        == "10.0.0.1")
  }

  @Test func `requests and WebSockets are known by their client`() async throws {
    let route = Route(.get, "/peer") { .text("\($0.remoteAddress.host) \($0.remoteAddress.isForwarded)") }
    try await TestServer.run(routes: [route], configure: { $0.proxies = ["127.0.0.1"] }) { socket in
      socket.send(Array(socket.remoteAddress.host.utf8))
    } _: { server in
      let fields = ["X-Forwarded-For: 192.0.2.43"]
      let answer = try await TestClient.connect(to: server) { try await $0.request("GET", "/peer", headers: fields) }
      #expect(answer.body == "192.0.2.43 true")
      let said = try await TestClient.connect(to: server) { client in
        #expect(try await client.openWebSocket(headers: fields).status == 101)
        return String(decoding: try await client.frame().payload, as: UTF8.self)
      }
      #expect(said == "192.0.2.43")
    }
  }
}
