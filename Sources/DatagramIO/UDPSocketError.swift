import Glibc
import SansIO

/// Why a UDP socket could not be opened.
public enum UDPSocketError: Error, Equatable, Sendable, CustomStringConvertible {
  case portInUse(UInt16)
  /// The port is one that the user may not bind, below 1024.
  case notPermitted(UInt16)
  /// No interface has the address.
  case addressNotAvailable(TransportAddress)
  /// Anything else, with the `errno` of the call.
  case failed(TransportAddress, code: Int32)

  init(code: Int32, address: TransportAddress) {
    switch code {
    case EADDRINUSE: self = .portInUse(address.port)
    case EACCES, EPERM: self = .notPermitted(address.port)
    case EADDRNOTAVAIL: self = .addressNotAvailable(address)
    default: self = .failed(address, code: code)
    }
  }

  public var description: String {
    switch self {
    case .portInUse(let port):
      "UDP port \(port) is in use by another program"
    case .notPermitted(let port):
      "UDP port \(port) may not be used without the right to bind ports below 1024"
    case .addressNotAvailable(let address):
      "no network interface has the address \(address.ip)"
    case .failed(let address, let code):
      "UDP socket on \(address): \(strerror(code).map { String(cString: $0) } ?? "error \(code)")"
    }
  }
}
