/// Why the web server could not start.
public enum HTTPServiceError: Error, Hashable, Sendable, CustomStringConvertible {
  case portInUse(host: String, port: Int)
  case notPermitted(host: String, port: Int)
  case addressNotAvailable(host: String)

  public var description: String {
    switch self {
    case .portInUse(_, let port): "port \(port) is in use by another program"
    case .notPermitted(_, let port): "this user may not open port \(port)"
    case .addressNotAvailable(let host): "\(host) is not an address of this machine"
    }
  }
}
