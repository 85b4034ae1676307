import COpenSSL
import SansIO

extension Fingerprint {
  /// The hash of an X509 certificate in DER form; nil when OpenSSL cannot make it.
  init?(of certificate: OpaquePointer, algorithm: Algorithm) {
    var bytes = [UInt8](repeating: 0, count: algorithm.byteCount)
    var count: UInt32 = 0
    guard X509_digest(certificate, algorithm.digest, &bytes, &count) == 1, Int(count) == bytes.count else { return nil }
    self.init(algorithm: algorithm, bytes: bytes)
  }
}

extension Fingerprint.Algorithm {
  var digest: OpaquePointer? {
    switch self {
    case .sha256: EVP_sha256()
    case .sha384: EVP_sha384()
    case .sha512: EVP_sha512()
    }
  }
}
