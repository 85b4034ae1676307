/// Why bytes are not a STUN message, and where it was noticed.
public struct STUNError: Error, Equatable, Sendable, CustomStringConvertible {
  public enum Reason: String, Sendable, CaseIterable {
    /// The bytes end before the header or an attribute does.
    case truncated = "truncated"
    /// The two top bits or the magic cookie are those of another protocol.
    case notSTUN = "not STUN"
    /// The length in the header is not that of the datagram, or no multiple of four.
    case badLength = "bad length"
    /// An attribute's value has a length or a content that its type does not allow.
    case badAttribute = "bad attribute"
    /// More attributes than `STUNMessage.maximumAttributes`.
    case tooManyAttributes = "too many attributes"
    /// FINGERPRINT is there and wrong, or is not the last attribute.
    case badFingerprint = "bad fingerprint"
  }

  public var reason: Reason
  /// Bytes from the start of the message.
  public var offset: Int

  public init(_ reason: Reason, offset: Int) {
    self.reason = reason
    self.offset = offset
  }

  public var description: String { "STUN: \(reason.rawValue) at byte \(offset)" }
}
