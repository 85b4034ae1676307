/// Why a session description cannot be read or answered.
public struct SDPError: Error, Equatable, Sendable, CustomStringConvertible {
  public enum Code: Sendable {
    /// The text is no session description that RFC 8866 allows, or over a limit.
    case malformed
    /// It is one, but lacks or wants something without which there is no connection.
    case unacceptable
    /// No video codec of the offer is one of ours.
    case noCommonCodec
  }

  public var code: Code
  /// Counted from 1; nil when no one line is at fault.
  public var line: Int?
  /// A sentence for people.
  public var reason: String

  public init(_ code: Code, line: Int? = nil, _ reason: String) {
    self.code = code
    self.line = line
    self.reason = reason
  }

  public var description: String { line.map { "SDP line \($0): \(reason)" } ?? "SDP: \(reason)" }
}
