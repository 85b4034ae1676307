import DTLS
import SansIO
import Testing

@Suite struct CertificateTests {
  @Test func `every certificate is another`() throws {
    let fingerprints = try (0..<4).map { _ in try Certificate.generate().fingerprint }
    #expect(Set(fingerprints).count == 4)
  }

  @Test func `a certificate survives its file`() throws {
    let certificate = try Certificate.generate()
    #expect(try Certificate(pem: certificate.pem()).fingerprint == certificate.fingerprint)
  }

  @Test(arguments: ["", "nonsense", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"])
  func `a broken certificate file is refused`(text: String) {
    #expect(throws: DTLSError.self) { try Certificate(pem: text) }
  }

  @Test func `an encrypted key is refused without a question on the terminal`() {
    let text = """
      -----BEGIN ENCRYPTED PRIVATE KEY-----
      MIHsMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAiRfMJ2cWu+sQICCAAw
      DAYIKoZIhvcNAgkFADAdBglghkgBZQMEASoEELy5JkGKo+UY0feiJz5beUsEgZBd
      009nySq5m11OILWxyISgYM1DekgtwglWlKQt3Fc/pVadI+lRY7xM7yBhFQ7KVJNt
      YN7juXZeF4kEZFSbUwOc3bstOZ84G5D8dBzn1litW5WKC3BjWAKgCQ2T494OJi7y
      NwfwL5sB1PRK8DTooH9QzpxByeiNDk5laGOZx2CPPbL2vcwtBGX5nQv/IIEVBUo=
      -----END ENCRYPTED PRIVATE KEY-----
      """
    #expect(throws: DTLSError.self) { try Certificate(pem: text) }
  }

  @Test func `a key without its certificate is refused`() throws {
    let one = try Certificate.generate().pem()
    let other = try Certificate.generate().pem()
    let key = try #require(one.split(separator: "-----BEGIN CERT").first)
    let certificate = try #require(other.split(separator: "-----BEGIN CERT").last)
    #expect(throws: DTLSError.self) { try Certificate(pem: key + "-----BEGIN CERT" + certificate) }
  }

  @Test func `a fingerprint reads what it writes`() throws {
    let fingerprint = try Certificate.generate().fingerprint
    #expect(fingerprint.description.hasPrefix("sha-256 "))
    #expect(fingerprint.description.utf8.count == 8 + 95)
    #expect(Fingerprint(fingerprint.description) == fingerprint)
    #expect(Fingerprint(fingerprint.description.lowercased()) == fingerprint)
    #expect(Fingerprint("SHA-256" + fingerprint.description.dropFirst(7)) == fingerprint)
  }

  @Test(arguments: [("sha-1", "AA"), ("sha-256", ""), ("sha-256", "AA:BB"), ("md5", "00")])
  func `a weak or short fingerprint is refused`(algorithm: String, value: String) {
    #expect(Fingerprint("\(algorithm) \(value)") == nil)
  }

  @Test func `a fingerprint with signs for digits is refused`() {
    let value = Array(repeating: "+A", count: 32).joined(separator: ":")
    #expect(Fingerprint("sha-256 \(value)") == nil)
  }
}
