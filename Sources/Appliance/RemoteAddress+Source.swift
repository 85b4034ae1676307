import Fairness
import SansIO
import WebServer

extension RemoteAddress {
  /// Whose it is: every share and budget of the web server's visitors is counted for that.
  ///
  /// What a proxy says of its client is believed as an address, and no more: it is on no link of ours, and not this
  /// machine.
  package func source(by sourceOf: (IPAddress) -> Source) -> Source {
    guard let address = IPAddress(String(host.prefix { $0 != "%" }))?.unmapped else { return .address(0) }
    guard isForwarded else { return sourceOf(address) }
    return switch address {
    case .v4(let bits): .address(bits)
    case .v6(let high, _): .network(high)
    }
  }
}

extension Appliance {
  /// The machine at the other end.
  nonisolated func source(of address: RemoteAddress) -> Source { address.source(by: door.sourceOf) }
}
