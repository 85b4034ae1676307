import Testing
import WebServer

@Suite struct AddressTests {
  @Test(arguments: [
    ("0.0.0.0:8080", "0.0.0.0", 8080), (":80", "0.0.0.0", 80), ("[::]:0", "::", 0),
    ("localhost:65535", "localhost", 65535),
  ])
  func `an address is a host and a port`(text: String, host: String, port: Int) {
    #expect(HTTPServiceConfiguration.Address(text) == .init(host: host, port: port))
  }

  @Test(arguments: ["", "8080", "host", "host:", "host:65536", "::1:80", "[::1:80", "host:-1"])
  func `anything else is not`(text: String) {
    #expect(HTTPServiceConfiguration.Address(text) == nil)
  }

  @Test func `the unspecified address takes IPv4, and names IPv4 peers as such`() async throws {
    try await answerPeer(through: "127.0.0.1", whenBoundTo: "0.0.0.0")
  }

  @Test(.enabled(if: DualStack.unspecifiedHost == "::", "the kernel has IPv6"))
  func `it takes IPv6 on the same port`() async throws {
    try await answerPeer(through: "::1", whenBoundTo: "0.0.0.0")
    try await answerPeer(through: "::1", whenBoundTo: "::")
  }

  private func answerPeer(through host: String, whenBoundTo bound: String) async throws {
    let route = Route(.get, "/peer") { .text($0.remoteAddress.host) }
    let configure: (inout HTTPServiceConfiguration) -> Void = { $0.address.host = bound }
    try await TestServer.run(routes: [route], configure: configure) { server in
      let answer = try await TestClient.connect(to: server, host: host) { try await $0.request("GET", "/peer") }
      #expect(answer.body == host)
    }
  }

  @Test func `a taken port is named`() async throws {
    try await TestServer.run { server in
      let error = await #expect(throws: HTTPServiceError.self) {
        try await TestServer.run(configure: { $0.address.port = server.port }) { _ in }
      }
      #expect(error == .portInUse(host: "127.0.0.1", port: server.port))
      #expect(error?.description == "port \(server.port) is in use by another program")
    }
  }
}
