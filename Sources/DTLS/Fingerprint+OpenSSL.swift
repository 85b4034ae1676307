import COpenSSL

/// The hash of a certificate, as SDP carries it (RFC 8122): what the signalling vouches for the DTLS peer with.
public struct Fingerprint: Hashable, Sendable, CustomStringConvertible {
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

    var digest: OpaquePointer? {
      switch self {
      case .sha256: EVP_sha256()
      case .sha384: EVP_sha384()
      case .sha512: EVP_sha512()
      }
    }
  }

  public var algorithm: Algorithm
  public var bytes: [UInt8]

  /// Parses an algorithm and colon-separated hexadecimal digits, in either case; nil for anything else.
  public init?(algorithm: String, value: String) {
    guard let algorithm = Algorithm(rawValue: algorithm.lowercased()) else { return nil }
    guard value.utf8.count == algorithm.byteCount * 3 - 1 else { return nil }
    var bytes: [UInt8] = []
    for pair in value.split(separator: ":", omittingEmptySubsequences: false) {
      guard pair.utf8.count == 2, pair.allSatisfy(\.isHexDigit), let byte = UInt8(pair, radix: 16) else { return nil }
      bytes.append(byte)
    }
    guard bytes.count == algorithm.byteCount else { return nil }
    self.algorithm = algorithm
    self.bytes = bytes
  }

  /// The hash of an X509 certificate in DER form.
  init?(of certificate: OpaquePointer, algorithm: Algorithm) {
    var bytes = [UInt8](repeating: 0, count: algorithm.byteCount)
    var count: UInt32 = 0
    guard X509_digest(certificate, algorithm.digest, &bytes, &count) == 1, Int(count) == bytes.count else { return nil }
    self.algorithm = algorithm
    self.bytes = bytes
  }

  /// "AA:BB:…", in capitals.
  public var value: String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16, uppercase: true) }.joined(separator: ":")
  }

  /// "sha-256 AA:BB:…", what follows `a=fingerprint:` in SDP.
  public var description: String { "\(algorithm.rawValue) \(value)" }
}
