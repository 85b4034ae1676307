import Testing
import WebServer

@Suite struct AddressTests {
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
