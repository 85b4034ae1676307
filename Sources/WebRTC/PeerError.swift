import DTLS
import SDP

/// Why an offer does not become a connection.
public enum PeerError: Error, Sendable, CustomStringConvertible {
  /// The offer is malformed, or offers nothing that we send.
  case offer(SDPError)
  /// ICE credentials of the wrong form.
  case invalidCredentials
  /// OpenSSL refused something of ours.
  case transport(DTLSError)

  public var description: String {
    switch self {
    case .offer(let error): "\(error)"
    case .invalidCredentials: "the offer's ICE credentials are not of the form of RFC 8839"
    case .transport(let error): error.description
    }
  }
}
