import SansIO
import WebServer

extension RemoteAddress {
  /// Whose guess at the operator PIN it is: an IPv4 address, or the 64 bits of an IPv6 network, in which everybody has
  /// as many addresses as they like.
  package var pinSource: String {
    switch IPAddress(String(host.prefix { $0 != "%" }))?.unmapped {
    case .v4(let bits): IPAddress.v4(bits).description
    case .v6(let high, _): "\(IPAddress.v6(high: high, low: 0))/64"
    case nil: host
    }
  }
}
