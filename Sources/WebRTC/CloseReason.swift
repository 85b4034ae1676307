import DTLS

/// Why a connection is over.
public enum CloseReason: Equatable, Sendable, CustomStringConvertible {
  /// `close(at:)` was called.
  case local
  /// The peer said goodbye: RTCP BYE or DTLS close_notify.
  case peer
  /// No authenticated check for 30 s (RFC 7675).
  case consentExpired
  /// No connection within the time for it.
  case connectTimeout
  case dtls(DTLSFailure)

  public var description: String {
    switch self {
    case .local: "closed here"
    case .peer: "closed by the viewer"
    case .consentExpired: "the viewer went silent"
    case .connectTimeout: "no connection in time"
    case .dtls(let failure): failure.description
    }
  }
}
