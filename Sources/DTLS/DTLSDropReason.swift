/// Why a record was not acted on (RFC 6347 section 4.1.2.7: invalid records are discarded and the association goes on).
public enum DTLSDropReason: String, Sendable, CaseIterable {
  /// No record, or one that is longer than its datagram.
  case malformed
  /// Of a version that is not spoken here.
  case version
  /// Of a kind that does not come here or now.
  case contentType
  /// Of keys that are over, or that are none yet.
  case epoch
  /// Too short to be under the keys of its epoch, or longer than any.
  case length
  /// An alert that nobody signed.
  case plaintextAlert
  /// A handshake message that cannot be what comes next.
  case unexpectedMessage
  /// A handshake message that was taken before.
  case repeated
  /// A certificate that the signalling did not name.
  case wrongCertificate
  /// Handshake messages that the named certificate's key did not sign.
  case unsigned
  /// OpenSSL would not have it.
  case refused
  /// Data that nobody has taken yet is enough already.
  case tooMuchData
  case afterEnd
}
