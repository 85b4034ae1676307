import SansIO
import Testing

@Suite struct TransportAddressTests {
  @Test(arguments: ["0.0.0.0", "192.0.2.255", "::", "::1", "2001:db8::1", "fe80::1:2:3:4", "1:2:3:4:5:6:7:8", "1::8"])
  func `prints what it parsed`(text: String) {
    #expect(IPAddress(text)?.description == text)
  }

  @Test(arguments: [
    "", "1.2.3", "1.2.3.256", "1.2.3.4.5", ":", ":::", "1::2::3", "1:2:3:4:5:6:7", "12345::", "::g", "fe80::1%eth0",
    "+1.2.3.4", "::+1",
  ])
  func `refuses what is no address`(text: String) {
    #expect(IPAddress(text) == nil)
  }

  @Test func `folds a mapped IPv4 address back`() {
    #expect(IPAddress("::ffff:192.0.2.1")?.unmapped == IPAddress("192.0.2.1"))
  }

  @Test func `parses ports and brackets`() {
    #expect(TransportAddress("[::1]:80") == TransportAddress(IPAddress("::1")!, port: 80))
    #expect(TransportAddress("127.0.0.1:8189")?.description == "127.0.0.1:8189")
    #expect(TransportAddress("::1:80") == nil)
    #expect(TransportAddress("127.0.0.1:70000") == nil)
  }
}
