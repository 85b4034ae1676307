/// Why an agent did not act on a datagram.
public enum ICEDropReason: String, Sendable, CaseIterable {
  /// No STUN message: see `STUNError`.
  case malformed
  /// A response or a method that this agent never asked for or knows.
  case unexpected
  /// A check without FINGERPRINT (RFC 8445 section 7.1.2 wants one).
  case noFingerprint
  /// USERNAME is missing, or is not that of this pair of agents.
  case wrongUsername
  /// MESSAGE-INTEGRITY is missing or was made with another password.
  case notAuthentic
  /// A check that was seen before came again from another address.
  case replayed
  /// The answer would be bigger than the question.
  case amplifying
}
