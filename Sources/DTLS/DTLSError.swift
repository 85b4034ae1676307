import COpenSSL

/// OpenSSL refused something of ours: a key, a certificate, a context. What a peer does wrong is a `DTLSFailure`.
public struct DTLSError: Error, CustomStringConvertible, Sendable {
  /// What was being done, such as "make a certificate".
  public var operation: String
  /// OpenSSL's own words, or an empty string.
  public var detail: String

  public var description: String { detail.isEmpty ? "cannot \(operation)" : "cannot \(operation): \(detail)" }

  /// Takes the words of the thread's oldest OpenSSL error, and clears the rest.
  init(_ operation: String) {
    self.operation = operation
    detail = takeOpenSSLError() ?? ""
  }
}

/// The oldest error in this thread's OpenSSL queue, in words; the queue is empty afterwards.
func takeOpenSSLError() -> String? {
  let code = ERR_get_error()
  ERR_clear_error()
  guard code != 0 else { return nil }
  return ERR_reason_error_string(code).map { String(cString: $0) } ?? "error \(code)"
}
