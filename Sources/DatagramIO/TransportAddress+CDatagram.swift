import CDatagram
import SansIO

extension TransportAddress {
  init(_ address: cdatagram_address) {
    let ip: IPAddress =
      address.is_v6 ? .v6(high: address.high, low: address.low) : .v4(UInt32(truncatingIfNeeded: address.low))
    self.init(ip, port: address.port)
  }

  var cAddress: cdatagram_address {
    switch ip.unmapped {
    case .v4(let bits): cdatagram_address(high: 0, low: UInt64(bits), port: port, is_v6: false)
    case .v6(let high, let low): cdatagram_address(high: high, low: low, port: port, is_v6: true)
    }
  }
}
