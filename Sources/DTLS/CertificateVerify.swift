import COpenSSL
import SansIO

/// A peer's certificate as its handshake message has it: the first of the list (RFC 5246 section 7.4.2).
struct PeerCertificate {
  /// DER.
  let bytes: [UInt8]

  init?(_ body: [UInt8]) {
    var reader = ByteReader(body.span.bytes)
    do {
      guard Int(try reader.readUInt24()) == reader.remaining else { return nil }
      bytes = try reader.readBytes(Int(try reader.readUInt24()))
    } catch {
      return nil
    }
  }

  func matches(_ fingerprint: Fingerprint) -> Bool {
    var hash = [UInt8](repeating: 0, count: fingerprint.algorithm.byteCount)
    var count: UInt32 = 0
    return EVP_Digest(bytes, bytes.count, &hash, &count, fingerprint.algorithm.digest, nil) == 1
      && hash == fingerprint.bytes
  }
}

/// The signature by which a peer's certificate vouches for all that was said before (RFC 5246 section 7.4.8).
///
/// It is what tells a viewer's messages from those that somebody slips in among them before there are keys: so it is
/// checked before OpenSSL, which would give up the whole handshake, sees any of them.
struct CertificateVerify {
  let scheme: UInt16
  let signature: [UInt8]

  init?(_ body: [UInt8]) {
    var reader = ByteReader(body.span.bytes)
    do {
      scheme = try reader.readUInt16()
      signature = try reader.readBytes(Int(try reader.readUInt16()))
      guard reader.remaining == 0, digest != nil else { return nil }
    } catch {
      return nil
    }
  }

  /// Of the schemes of RFC 8446 section 4.2.3, those with SHA-2: ECDSA, RSA with PKCS #1, RSA-PSS.
  private var digest: OpaquePointer? {
    switch scheme {
    case 0x0403, 0x0401, 0x0804: EVP_sha256()
    case 0x0503, 0x0501, 0x0805: EVP_sha384()
    case 0x0603, 0x0601, 0x0806: EVP_sha512()
    default: nil
    }
  }

  private var keyType: Int32 { scheme & 0xFF == 3 ? EVP_PKEY_EC : EVP_PKEY_RSA }

  /// Whether `certificate`'s key signed `transcript`.
  func signs(_ transcript: [UInt8], by certificate: PeerCertificate) -> Bool {
    defer { ERR_clear_error() }
    return certificate.bytes.withUnsafeBufferPointer { der in
      var next = der.baseAddress
      guard let parsed = d2i_X509(nil, &next, der.count) else { return false }
      defer { X509_free(parsed) }
      guard let key = X509_get0_pubkey(parsed), EVP_PKEY_get_base_id(key) == keyType, let state = EVP_MD_CTX_new()
      else { return false }
      defer { EVP_MD_CTX_free(state) }
      var options: OpaquePointer?
      guard EVP_DigestVerifyInit(state, &options, digest, nil, key) == 1 else { return false }
      if scheme >> 8 == 8, cupola_rsa_pss_padding(options) != 1 { return false }
      return EVP_DigestVerify(state, signature, signature.count, transcript, transcript.count) == 1
    }
  }
}
