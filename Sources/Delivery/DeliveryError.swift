import WebRTC

/// Why an offer was not accepted.
public enum DeliveryError: Error, Sendable, CustomStringConvertible {
  /// As many viewers as there may be.
  case tooManyConnections(limit: Int)
  /// The ID is that of another connection.
  case duplicateID
  case peer(PeerError)
  /// The driver has stopped, or too many offers wait.
  case unavailable

  public var description: String {
    switch self {
    case .tooManyConnections(let limit): "there are already \(limit) viewers, which is the limit"
    case .duplicateID: "the connection exists already"
    case .peer(let error): error.description
    case .unavailable: "the media service is not available"
    }
  }
}
