import SansIO

/// The 96 bits that tie a STUN response to its request (RFC 8489 section 5).
public struct STUNTransactionID: Hashable, Sendable {
  public var high: UInt32
  public var low: UInt64

  public init(high: UInt32, low: UInt64) {
    self.high = high
    self.low = low
  }

  public init(random generator: inout some RandomNumberGenerator) {
    self.init(high: generator.next(), low: generator.next())
  }
}

/// A STUN message (RFC 8489): header and attributes.
///
/// ```
///   0                   1                   2                   3
///   0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
///  +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
///  |0 0|     STUN Message Type     |         Message Length        |
///  |                 Magic Cookie 0x2112A442                       |
///  |                 Transaction ID (96 bits)                      |
///  ```
public struct STUNMessage: Sendable, Equatable {
  public enum Class: UInt8, Sendable, CaseIterable { case request, indication, success, failure }

  /// Twelve bits; ICE knows one.
  public struct Method: RawRepresentable, Hashable, Sendable {
    public var rawValue: UInt16

    public init(rawValue: UInt16) { self.rawValue = rawValue & 0xFFF }

    public static let binding = Method(rawValue: 1)
  }

  public static let magicCookie: UInt32 = 0x2112_A442
  public static let headerSize = 20
  /// More than this is refused: a binding request has six or seven.
  public static let maximumAttributes = 32

  public var messageClass: Class
  public var method: Method
  public var transaction: STUNTransactionID
  /// In their order, without MESSAGE-INTEGRITY, FINGERPRINT and what follows the first (RFC 8489 section 14.5).
  public var attributes: [STUNAttribute]
  /// Whether a parsed message carried a FINGERPRINT; a wrong one is a parse error.
  public internal(set) var isFingerprinted = false
  /// The MESSAGE-INTEGRITY of a parsed message: the bytes before it, and its tag.
  var integrity: Integrity?

  struct Integrity: Sendable, Equatable {
    var offset: Int
    var tag: [UInt8]
  }

  public init(
    _ messageClass: Class, _ method: Method = .binding, transaction: STUNTransactionID,
    attributes: [STUNAttribute] = []
  ) {
    self.messageClass = messageClass
    self.method = method
    self.transaction = transaction
    self.attributes = attributes
  }

  public var username: String? {
    for case .username(let name) in attributes { return name }
    return nil
  }

  public var priority: UInt32? {
    for case .priority(let priority) in attributes { return priority }
    return nil
  }

  public var usesCandidate: Bool { attributes.contains(.useCandidate) }

  public var xorMappedAddress: TransportAddress? {
    for case .xorMappedAddress(let address) in attributes { return address }
    return nil
  }

  public var errorCode: Int? {
    for case .errorCode(let code, _) in attributes { return code }
    return nil
  }

  /// The types of this message that a receiver has to understand and this one does not.
  public var unknownRequiredAttributes: [UInt16] {
    attributes.compactMap { if case .other(let type, _) = $0, type < 0x8000 { type } else { nil } }
  }
}
