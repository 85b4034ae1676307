/// Why a handshake or a connection ended badly.
public enum DTLSFailure: Error, Equatable, Sendable, CustomStringConvertible {
  /// The peer's certificate is not the one that its SDP named.
  case wrongFingerprint
  /// The peer knows none of our SRTP protection profiles.
  case noProtectionProfile
  case timedOut
  /// OpenSSL's words.
  case handshake(String)

  public var description: String {
    switch self {
    case .wrongFingerprint: "the peer's certificate does not match its fingerprint"
    case .noProtectionProfile: "no common SRTP protection profile"
    case .timedOut: "the handshake was given up"
    case .handshake(let words): "DTLS: \(words)"
    }
  }
}
