/// The hash of a certificate: what the signalling vouches for the DTLS peer with (RFC 8122 section 5).
public struct Fingerprint: Hashable, Sendable {
  /// The hash functions that are accepted; RFC 8122 also names md5 and sha-1, which prove nothing today.
  public enum Algorithm: String, Hashable, Sendable, CaseIterable {
    case sha256 = "sha-256"
    case sha384 = "sha-384"
    case sha512 = "sha-512"

    public var byteCount: Int {
      switch self {
      case .sha256: 32
      case .sha384: 48
      case .sha512: 64
      }
    }
  }

  public let algorithm: Algorithm
  /// `algorithm.byteCount` of them.
  public let bytes: [UInt8]

  /// Nil when there are not as many bytes as the algorithm gives.
  public init?(algorithm: Algorithm, bytes: [UInt8]) {
    guard bytes.count == algorithm.byteCount else { return nil }
    self.algorithm = algorithm
    self.bytes = bytes
  }
}

extension Fingerprint: LosslessStringConvertible {
  /// What follows `a=fingerprint:`: "sha-256 AA:BB:…", the digits in capitals.
  public var description: String {
    let digits = bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16, uppercase: true) }
    return "\(algorithm.rawValue) \(digits.joined(separator: ":"))"
  }

  /// Parses what follows `a=fingerprint:`, in either case; nil for anything that is no hash of an `Algorithm`.
  public init?(_ text: String) {
    let fields = text.split(separator: " ")
    guard fields.count == 2, let algorithm = Algorithm(rawValue: fields[0].lowercased()),
      fields[1].utf8.count == algorithm.byteCount * 3 - 1
    else { return nil }
    var bytes: [UInt8] = []
    for pair in fields[1].split(separator: ":", omittingEmptySubsequences: false) {
      guard pair.utf8.count == 2, pair.allSatisfy({ $0.isASCII && $0.isHexDigit }), let byte = UInt8(pair, radix: 16)
      else { return nil }
      bytes.append(byte)
    }
    self.init(algorithm: algorithm, bytes: bytes)
  }
}
