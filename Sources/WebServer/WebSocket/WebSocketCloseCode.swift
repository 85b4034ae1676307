import NIOCore

/// A close frame's status (RFC 6455, section 7.4).
public struct WebSocketCloseCode: RawRepresentable, Hashable, Sendable {
  public var rawValue: UInt16

  public init(rawValue: UInt16) { self.rawValue = rawValue }

  public static let normalClosure = WebSocketCloseCode(rawValue: 1000)
  public static let goingAway = WebSocketCloseCode(rawValue: 1001)
  public static let protocolError = WebSocketCloseCode(rawValue: 1002)
  public static let unacceptableData = WebSocketCloseCode(rawValue: 1003)
  public static let invalidText = WebSocketCloseCode(rawValue: 1007)
  public static let policyViolation = WebSocketCloseCode(rawValue: 1008)
  public static let messageTooLarge = WebSocketCloseCode(rawValue: 1009)
  public static let tryAgainLater = WebSocketCloseCode(rawValue: 1013)
}

extension WebSocketCloseCode {
  /// What is wrong with a close frame's body, and how it is answered.
  struct Refusal: Error {
    var code: WebSocketCloseCode
    var reason: String
    var cause: WebSocketCloseCause
  }

  /// Whether it may be sent: not those that only say what happened without a close frame, nor what nobody has defined
  /// (RFC 6455, section 7.4, and IANA's registry of close codes).
  var isSendable: Bool {
    switch rawValue {
    case 1000...1003, 1007...1014, 3000...4999: true
    default: false
    }
  }

  /// The status in a close frame's body; nil when it has none (RFC 6455, section 5.5.1).
  static func received(in body: ByteBuffer) throws(Refusal) -> WebSocketCloseCode? {
    var body = body
    if body.readableBytes == 0 { return nil }
    guard let code = body.readInteger(as: UInt16.self).map(WebSocketCloseCode.init), code.isSendable else {
      throw Refusal(code: .protocolError, reason: "no status that may be sent", cause: .protocolError)
    }
    guard String(validating: body.readableBytesView, as: UTF8.self) != nil else {
      throw Refusal(code: .invalidText, reason: "text must be UTF-8", cause: .invalidText)
    }
    return code
  }
}
