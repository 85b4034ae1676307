import SDP
import SansIO
import Testing

@Suite struct CandidateTests {
  @Test func `a host candidate has the priority of RFC 8445`() throws {
    let candidate = Candidate(host: try #require(TransportAddress("192.0.2.1:8189")))
    #expect(candidate.description == "candidate:1 1 udp 2130706431 192.0.2.1 8189 typ host")
    #expect(Candidate(candidate.description) == candidate)
    let second = Candidate(host: try #require(TransportAddress("[2001:db8::1]:8189")), preference: .max - 1)
    #expect(second.description == "candidate:2 1 udp 2130706175 2001:db8::1 8189 typ host")
  }

  @Test func `the candidates of browsers are read`() throws {
    let hidden = try #require(
      Candidate(
        "candidate:3381150562 1 udp 2113937151 508b11a0-9217-4849-a513-1ea58d553e02.local 34246 typ host generation 0"))
    #expect(hidden.address == nil)
    #expect(hidden.port == 34246)
    let tcp = try #require(Candidate("candidate:2 1 TCP 2105458943 192.0.2.9 9 typ host tcptype active"))
    #expect(tcp.transport == .tcp(type: "active"))
    #expect(tcp.address == TransportAddress("192.0.2.9:9"))
  }

  @Test(arguments: [
    "", "candidate:1 1 udp 1 192.0.2.1 8189 typ", "candidate:1 1 sctp 1 192.0.2.1 8189 typ host",
    "candidate:1 1 udp 4294967296 192.0.2.1 8189 typ host", "candidate:1 1 udp 1 192.0.2.1 65536 typ host",
    "candidate: 1 udp 1 192.0.2.1 1 typ host", "candidate:1 1 tcp 1 192.0.2.1 9 typ host tcptype",
  ])
  func `what is no candidate is refused`(text: String) { #expect(Candidate(text) == nil) }
}
