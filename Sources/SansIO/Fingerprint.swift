/// The hash of a certificate: `a=fingerprint:<algorithm> <AA:BB:…>` (RFC 8122 section 5).
public struct Fingerprint: Hashable, Sendable, CustomStringConvertible {
  /// In small letters: `sha-256`.
  public var algorithm: String
  /// Pairs of capital hexadecimal digits with colons between them.
  public var value: String

  public init(algorithm: String, value: String) {
    self.algorithm = algorithm.lowercased()
    self.value = value.uppercased()
  }

  /// Reads what stands after `fingerprint:`; nil for anything that is no such hash of 16…64 bytes.
  public init?(_ text: String) {
    let fields = text.split(separator: " ").map(String.init)
    guard fields.count == 2, fields[0].utf8.count <= 16 else { return nil }
    let pairs = fields[1].split(separator: ":", omittingEmptySubsequences: false)
    guard (16...64).contains(pairs.count),
      pairs.allSatisfy({ $0.utf8.count == 2 && $0.allSatisfy { $0.isASCII && $0.isHexDigit } })
    else { return nil }
    self.init(algorithm: fields[0], value: fields[1])
  }

  public var description: String { "\(algorithm) \(value)" }
}
