import Fairness
import SansIO
import Testing

struct SourceTests {
  @Test(
    arguments: [
      ("127.0.0.1", nil, "loopback"), ("::1", nil, "loopback"), ("::ffff:127.0.0.2", 5, "loopback"),
      ("192.0.2.7", nil, "192.0.2.7"), ("::ffff:192.0.2.7", nil, "192.0.2.7"),
      ("2001:db8::1:2:3:4", nil, "2001:db8::/64"), ("192.0.2.7", 0x0200_5E00_5301, "02:00:5e:00:53:01"),
      ("fe80::1", 0x0200_5E00_5301, "02:00:5e:00:53:01"),
    ] as [(String, UInt64?, String)])
  func `a source is a machine`(address: String, linkLayer: UInt64?, expected: String) throws {
    let ip = try #require(IPAddress(address))
    #expect(Source(ip, linkLayer: linkLayer.map(LinkLayerAddress.init)).description == expected)
  }

  @Test func `all addresses of one machine on our link are one source`() throws {
    let mac = LinkLayerAddress(0x0200_5E00_5301)
    let sources = (0..<1000).map { Source(.v6(high: 0xFD00 << 48, low: $0 + 2), linkLayer: mac) }
    #expect(Set(sources).count == 1)
  }
}
