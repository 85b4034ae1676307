import CupolaConfiguration
import DatagramIO
import Foundation
import SansIO

/// What a person reads when Cupola has started.
enum Welcome {
  /// The PIN is told on a terminal only: what else standard output is, such as the journal, others may read.
  static func say(port: Int, mediaPort: UInt16, pin: String, configuration: ApplianceConfiguration) {
    let host = configuration.server.http.host
    let hosts = ["0.0.0.0", "::"].contains(host) ? ["localhost"] + NetworkInterfaces.addresses().map(\.inURL) : [host]
    var seen: Set<String> = []
    let urls = hosts.filter { seen.insert($0).inserted && $0 != "127.0.0.1" || $0 == host }.map {
      "  http://\($0):\(port)/"
    }
    let isTerminal = isatty(FileHandle.standardOutput.fileDescriptor) == 1
    let text = """

      Cupola is on. Open one of these in a browser:

      \(urls.joined(separator: "\n"))

      Media leaves from UDP port \(mediaPort). \
      \(isTerminal ? "The operator PIN is \(pin)." : "`cupola pin` tells the operator PIN.")

      """
    FileHandle.standardOutput.write(Data((text + "\n").utf8))
  }
}

extension IPAddress {
  /// As a URL's host.
  fileprivate var inURL: String { isV6 ? "[\(description)]" : description }
}
