/// Which records OpenSSL and the handshake get to see (RFC 6347 section 4.1.2.7).
///
/// OpenSSL takes some records that nobody has authenticated for the end of the connection: those shorter than what the
/// cipher adds, and alerts before there are keys. Whoever can write a viewer's address onto a datagram could end its
/// session with one.
struct DTLSRecordFilter {
  /// What a record may hold, in bytes (RFC 6347 section 4.1, RFC 5246 section 6.2.3).
  static let maximumFragment = (1 << 14) + 2048

  /// What the agreed cipher adds to a record: AES-GCM an explicit nonce and a tag, ChaCha20-Poly1305 a tag. The shorter
  /// of both until it is known.
  var overhead = 16
  /// Whether nothing in the clear is to come any more.
  var isConnected = false

  /// nil for a record that may be looked at.
  func refusal(of record: DTLSRecord) -> DTLSDropReason? {
    guard record.fragment.count <= Self.maximumFragment else { return .length }
    switch record.epoch {
    case 0 where !isConnected:
      guard record.version == DTLSRecord.version || record.version == DTLSRecord.firstVersion else { return .version }
      switch record.type {
      case DTLSRecord.handshake: return record.fragment.count < HandshakeFragment.headerLength ? .length : nil
      case DTLSRecord.changeCipherSpec: return record.fragment.count == 1 ? nil : .length
      case DTLSRecord.alert: return .plaintextAlert
      default: return .contentType
      }
    case 1:
      guard record.version == DTLSRecord.version else { return .version }
      guard record.fragment.count >= overhead else { return .length }
      switch record.type {
      case DTLSRecord.handshake, DTLSRecord.alert: return nil
      case DTLSRecord.applicationData: return isConnected ? nil : .contentType
      default: return .contentType
      }
    default: return .epoch
    }
  }
}
