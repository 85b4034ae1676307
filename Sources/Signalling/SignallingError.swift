/// Why a message was refused: what an `error` message says.
public struct SignallingError: Error, Hashable, Sendable {
  public enum Code: String, Hashable, Sendable, CaseIterable {
    /// No JSON object, no type, or a field that is missing, of another type or out of range.
    case badMessage
    case unknownType
    /// Over `ClientMessage.maximumSize`; the connection is closed.
    case tooLarge
    /// Too many messages: this one was ignored.
    case rateLimited
    case unknownPreset
    /// Needs the operator PIN.
    case notOperator
    case wrongPin
    /// As many viewers as allowed are watching.
    case viewerLimit
    /// Nothing more can be encoded, and nothing that is has a codec of the offer.
    case encoderLimit
    case noCommonCodec
    /// The SDP cannot be read, or lacks what WebRTC needs.
    case badOffer
    /// `hello` must come first.
    case notJoined
    /// The server failed.
    case `internal`
  }

  public var code: Code
  /// A sentence for people.
  public var message: String
  /// That of the message that is refused, when it had one.
  public var id: UInt64?

  public init(_ code: Code, _ message: String, id: UInt64? = nil) {
    self.code = code
    self.message = message
    self.id = id
  }
}
