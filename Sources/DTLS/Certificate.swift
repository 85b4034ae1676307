import COpenSSL
import SansIO

/// The appliance's self-signed certificate with its ECDSA P-256 key, and the DTLS context that is made of them.
///
/// One certificate serves every connection of a run; peers know it by the fingerprint in the SDP, so who signed it and
/// what name it carries mean nothing (RFC 8827 section 6.5).
///
/// `@unchecked Sendable`: key, certificate and context are not changed after `init`, and OpenSSL counts references and
/// guards the context's own tables with locks.
public final class Certificate: @unchecked Sendable {
  public let fingerprint: Fingerprint
  let context: OpaquePointer
  private let key: OpaquePointer
  private let certificate: OpaquePointer

  /// Makes a new P-256 key and a certificate "CN=Cupola" over it, with a random serial number, good for one year.
  public static func generate() throws(DTLSError) -> Certificate {
    guard let key = cupola_p256_key_new() else { throw DTLSError("make a P-256 key") }
    guard let certificate = X509_new(), sign(certificate, with: key) else {
      EVP_PKEY_free(key)
      throw DTLSError("make a certificate")
    }
    return try Certificate(adopting: key, certificate: certificate)
  }

  /// Reads what `pem()` wrote: an elliptic curve key and the certificate that belongs to it.
  public convenience init(pem: String) throws(DTLSError) {
    var text = Array(pem.utf8)
    guard text.count <= 65_536, let bio = BIO_new_mem_buf(&text, Int32(text.count)) else {
      throw DTLSError("read a certificate file")
    }
    defer { BIO_free(bio) }
    // Without an answer of ours OpenSSL would ask the terminal for the password of an encrypted key.
    guard let key = PEM_read_bio_PrivateKey(bio, nil, { _, _, _, _ in -1 }, nil) else {
      throw DTLSError("read a private key")
    }
    guard let certificate = PEM_read_bio_X509(bio, nil, nil, nil) else {
      EVP_PKEY_free(key)
      throw DTLSError("read a certificate")
    }
    try self.init(adopting: key, certificate: certificate)
  }

  private init(adopting key: OpaquePointer, certificate: OpaquePointer) throws(DTLSError) {
    guard EVP_PKEY_get_base_id(key) == EVP_PKEY_EC, let fingerprint = Fingerprint(of: certificate, algorithm: .sha256),
      let context = Self.makeContext(key: key, certificate: certificate)
    else {
      EVP_PKEY_free(key)
      X509_free(certificate)
      throw DTLSError("use a certificate")
    }
    self.fingerprint = fingerprint
    self.context = context
    self.key = key
    self.certificate = certificate
  }

  deinit {
    SSL_CTX_free(context)
    X509_free(certificate)
    EVP_PKEY_free(key)
  }

  /// The private key (PKCS #8) and the certificate in PEM form: a secret, to be kept where only the appliance reads.
  public func pem() throws(DTLSError) -> String {
    guard let bio = BIO_new(BIO_s_mem()) else { throw DTLSError("write a certificate") }
    defer { BIO_free(bio) }
    var bytes: UnsafeMutablePointer<CChar>?
    guard PEM_write_bio_PrivateKey(bio, key, nil, nil, 0, nil, nil) == 1, PEM_write_bio_X509(bio, certificate) == 1,
      case let count = cupola_bio_memory(bio, &bytes), count > 0, let bytes
    else { throw DTLSError("write a certificate") }
    return String(decoding: UnsafeRawBufferPointer(start: bytes, count: count), as: UTF8.self)
  }

  private static func sign(_ certificate: OpaquePointer, with key: OpaquePointer) -> Bool {
    var serial = [UInt8](repeating: 0, count: 16)
    guard RAND_bytes(&serial, 16) == 1, let number = BN_bin2bn(&serial, 16, nil) else { return false }
    defer { BN_free(number) }
    let name = X509_get_subject_name(certificate)
    let day = 86_400
    return X509_set_version(certificate, 2) == 1
      && BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate)) != nil
      && X509_gmtime_adj(X509_getm_notBefore(certificate), -day) != nil
      && X509_gmtime_adj(X509_getm_notAfter(certificate), 365 * day) != nil
      && X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, "Cupola", -1, -1, 0) == 1
      && X509_set_issuer_name(certificate, name) == 1
      && X509_set_pubkey(certificate, key) == 1
      && X509_sign(certificate, key, EVP_sha256()) > 0
  }

  private static func makeContext(key: OpaquePointer, certificate: OpaquePointer) -> OpaquePointer? {
    guard let context = cupola_dtls_context_new() else { return nil }
    let ciphers = "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-ECDSA-AES256-GCM-SHA384"
    guard SSL_CTX_use_certificate(context, certificate) == 1, SSL_CTX_use_PrivateKey(context, key) == 1,
      SSL_CTX_check_private_key(context) == 1, SSL_CTX_set_cipher_list(context, ciphers) == 1
    else {
      SSL_CTX_free(context)
      return nil
    }
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nil)
    cupola_dtls_pass_cookies(context)
    SSL_CTX_set_cert_verify_callback(context, verifyPeerFingerprint, nil)
    return context
  }
}
