import SansIO

/// One attribute of a STUN message (RFC 8489 section 14, RFC 8445 section 16).
///
/// MESSAGE-INTEGRITY and FINGERPRINT are no cases: they cover the bytes of a message, so parsing checks or keeps them
/// (`STUNMessage.isFingerprinted`, `isAuthentic`) and encoding writes them.
public enum STUNAttribute: Hashable, Sendable {
  case mappedAddress(TransportAddress)
  /// At most 513 bytes of UTF-8.
  case username(String)
  case errorCode(Int, reason: String)
  case unknownAttributes([UInt16])
  case xorMappedAddress(TransportAddress)
  case software(String)
  case priority(UInt32)
  case useCandidate
  case iceControlled(tieBreaker: UInt64)
  case iceControlling(tieBreaker: UInt64)
  /// A type that ICE has no use for, as it came.
  case other(type: UInt16, value: [UInt8])

  enum Code {
    static let mappedAddress: UInt16 = 0x0001
    static let username: UInt16 = 0x0006
    static let messageIntegrity: UInt16 = 0x0008
    static let errorCode: UInt16 = 0x0009
    static let unknownAttributes: UInt16 = 0x000A
    static let xorMappedAddress: UInt16 = 0x0020
    static let priority: UInt16 = 0x0024
    static let useCandidate: UInt16 = 0x0025
    static let software: UInt16 = 0x8022
    static let fingerprint: UInt16 = 0x8028
    static let iceControlled: UInt16 = 0x8029
    static let iceControlling: UInt16 = 0x802A
  }

  /// The type on the wire; those under 0x8000 must be understood by whoever gets a request (RFC 8489 section 14).
  public var type: UInt16 {
    switch self {
    case .mappedAddress: Code.mappedAddress
    case .username: Code.username
    case .errorCode: Code.errorCode
    case .unknownAttributes: Code.unknownAttributes
    case .xorMappedAddress: Code.xorMappedAddress
    case .software: Code.software
    case .priority: Code.priority
    case .useCandidate: Code.useCandidate
    case .iceControlled: Code.iceControlled
    case .iceControlling: Code.iceControlling
    case .other(let type, _): type
    }
  }
}
