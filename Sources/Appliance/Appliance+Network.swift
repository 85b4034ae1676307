import DatagramIO
import SansIO

/// Whether somebody can come: the addresses of the machine, which come and go with cables and DHCP.
extension Appliance {
  /// Looks at the interfaces, and says what has changed. Who joins is told the addresses of that moment in any case.
  func lookAtNetwork() {
    // Bound to one address, that one was there, or it would not have started.
    guard IPAddress(configuration.server.http.host)?.isUnspecified == true else { return }
    let found = NetworkInterfaces.addresses().filter { !$0.isLoopback }
    defer { told.addresses = found }
    guard found != told.addresses else { return }
    if found.isEmpty {
      log.warning("No other machine can reach Cupola: this one has no network address")
    } else if told.addresses != nil {
      log.notice(
        "Cupola can be reached", metadata: ["addresses": "\(found.map(\.description).joined(separator: " "))"])
    }
  }
}
