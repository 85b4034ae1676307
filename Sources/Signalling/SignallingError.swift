import Programme

/// Why a message was refused: what an `error` message says.
public struct SignallingError: Error, Hashable, Sendable {
  public enum Code: String, Hashable, Sendable, CaseIterable {
    /// No JSON object, no type, or a field that is missing, of another type or out of range.
    case badMessage
    case unknownType
    /// Over `ClientMessage.maximumSize`; the connection is closed.
    case tooLarge
    /// Too many messages: this one was ignored. Or too many PINs that were wrong: this one was not compared.
    case rateLimited
    case unknownPreset
    /// Needs the operator PIN.
    case notOperator
    case wrongPin
    /// The token was never given out, or is revoked.
    case unknownToken
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
  /// Seconds after which it may be tried again; nil: waiting does not help.
  public var retryAfter: Int?

  public init(_ code: Code, _ message: String, id: UInt64? = nil, retryAfter: Int? = nil) {
    self.code = code
    self.message = message
    self.id = id
    self.retryAfter = retryAfter
  }
}

extension SignallingError {
  /// What is said of a command that was refused.
  public init(_ refusal: Refusal, id: UInt64? = nil) {
    let code: Code =
      switch refusal {
      case .notOperator: .notOperator
      case .unknownPreset: .unknownPreset
      case .lastPreset, .unknownItem: .badMessage
      }
    self.init(code, refusal.sentence, id: id)
  }

  public static let notOperator = SignallingError(.notOperator)
  public static let wrongPIN = SignallingError(.wrongPin, "The PIN is wrong.")
  public static let unknownToken = SignallingError(
    .unknownToken, "This device is not an operator, or not any more: the PIN makes it one.")

  /// A PIN that was not compared.
  public static func slowed(seconds: Int) -> SignallingError {
    SignallingError(
      .rateLimited, "Too many PINs were wrong: the next one is looked at in \(Wait(seconds: seconds)).",
      retryAfter: seconds)
  }
}

/// A time as people say it.
struct Wait: CustomStringConvertible {
  var seconds: Int

  var description: String {
    switch seconds {
    case ..<2: "a second"
    case ..<120: "\(seconds) seconds"
    case ..<7200: "\((seconds + 59) / 60) minutes"
    default: "\((seconds + 3599) / 3600) hours"
    }
  }
}
