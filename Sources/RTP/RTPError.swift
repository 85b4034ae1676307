/// Why something that was to be an RTP or RTCP packet is not one, and at which byte.
public struct RTPError: Error, Equatable, Sendable {
  public enum Reason: Sendable {
    case truncated
    case wrongVersion
    /// A length field that contradicts the others or the datagram.
    case inconsistentLength
    case badPadding
    /// A bounded list would exceed its bound.
    case tooMany
  }

  public var reason: Reason
  public var offset: Int

  public init(_ reason: Reason, at offset: Int) {
    self.reason = reason
    self.offset = offset
  }

  /// The same in what this is a part of, where the part begins at `start`.
  func moved(by start: Int) -> RTPError { RTPError(reason, at: start + offset) }
}
