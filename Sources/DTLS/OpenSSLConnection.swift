import CDTLSClock
import COpenSSL
import SansIO

/// OpenSSL's side of one handshake, which is fed one record at a time.
struct OpenSSLConnection: ~Copyable {
  enum Outcome: Equatable {
    /// The record was taken, or dropped in silence, and more are wanted.
    case goesOn
    /// The handshake is done.
    case isDone
    /// The contents of a record.
    case data([UInt8])
    /// The peer said close_notify.
    case isClosed
    /// The peer sent a fatal alert, of which these are the words.
    case alert(String)
    /// Anything else that OpenSSL does not get over. What it wrote because of it is forgotten: no alert of ours answers
    /// what may be anybody's.
    case failed(String)
  }

  let queue: DatagramQueue
  let ssl: OpaquePointer
  /// Records that were given to OpenSSL in the clear.
  private(set) var given: UInt64 = 0
  private var retransmissions = 0
  /// Seconds of OpenSSL's own timer.
  private static let timer = 3600

  /// - Parameters:
  ///   - sequence: of the first record that a server sends in the clear.
  ///   - expectsCookie: whether the first ClientHello is only there to be asked for a cookie.
  init(
    role: DTLSTransport.Role, certificate: Certificate, accepting fingerprints: [Fingerprint], profiles: String,
    from sequence: UInt64 = 0, expectsCookie: Bool = false
  ) throws(DTLSError) {
    let queue = DatagramQueue(accepting: fingerprints)
    guard let ssl = SSL_new(certificate.context) else { throw DTLSError("make a DTLS connection") }
    guard let bio = queue.makeBIO() else {
      SSL_free(ssl)
      throw DTLSError("make a DTLS connection")
    }
    SSL_set_bio(ssl, bio, bio)
    // This call alone of all of OpenSSL answers 0 for success.
    guard SSL_set_tlsext_use_srtp(ssl, profiles) == 0 else {
      SSL_free(ssl)
      throw DTLSError("set SRTP protection profiles")
    }
    SSL_set_ex_data(ssl, 0, Unmanaged.passUnretained(queue).toOpaque())
    cupola_dtls_set_mtu(ssl, DTLSTransport.maximumDatagram)
    DTLS_set_timer_cb(ssl) { _, _ in UInt32(OpenSSLConnection.timer) * 1_000_000 }
    if expectsCookie { cupola_dtls_expect_cookie(ssl) }
    if role == .server { queue.sent = SentRecords(from: sequence) }
    if role == .client { SSL_set_connect_state(ssl) } else { SSL_set_accept_state(ssl) }
    self.ssl = ssl
    self.queue = queue
  }

  deinit { SSL_free(ssl) }

  var wasPeerRefused: Bool { SSL_get_verify_result(ssl) == Int(X509_V_ERR_CERT_REJECTED) }

  /// What the cipher that was agreed on adds to a record: a nonce of 8 bytes and a tag of 16, or the tag alone.
  var recordOverhead: Int {
    let cipher = SSL_get_current_cipher(ssl) ?? SSL_get_pending_cipher(ssl)
    return SSL_CIPHER_get_cipher_nid(cipher) == NID_chacha20_poly1305 ? 16 : 24
  }

  /// Goes on with the handshake, with a record or without.
  mutating func shakeHands(with record: UnsafeRawBufferPointer? = nil) -> Outcome {
    call(with: record) {
      SSL_do_handshake($0)
    } whenPositive: { _ in
      .isDone
    }
  }

  /// The same with a message or other fragment in the clear, in a record of its own.
  mutating func shakeHands(with type: UInt8, _ fragment: [UInt8]) -> Outcome {
    let record = DTLSRecord.plain(type, sequence: given, fragment: fragment)
    given += 1
    return record.withUnsafeBytes { shakeHands(with: $0) }
  }

  /// Lets OpenSSL see a record that came after the handshake: data, a repeated last flight, which it answers, or an alert.
  mutating func read(_ record: UnsafeRawBufferPointer) -> Outcome {
    withUnsafeTemporaryAllocation(byteCount: 16_384, alignment: 16) { buffer in
      call(with: record) {
        SSL_read($0, buffer.baseAddress, Int32(buffer.count))
      } whenPositive: {
        .data([UInt8](buffer.prefix(Int($0))))
      }
    }
  }

  /// Writes a record of data; false when OpenSSL would not.
  func write(_ data: [UInt8]) -> Bool {
    ERR_clear_error()
    return data.isEmpty || SSL_write(ssl, data, Int32(data.count)) == Int32(data.count)
  }

  /// Retransmits the last flight; false when that was done too often.
  ///
  /// OpenSSL's timer is an hour ahead by the wall clock, which is not our clock, so it never runs out by itself; for this
  /// call the clock goes on by more than that. The timer is then set by the same clock, hence farther each time.
  mutating func retransmit() -> Bool {
    retransmissions += 1
    cdtlsclock_set_ahead(2 * Self.timer * retransmissions)
    defer { cdtlsclock_set_ahead(0) }
    ERR_clear_error()
    return cupola_dtls_handle_timeout(ssl) >= 0
  }

  /// Writes close_notify.
  func close() {
    ERR_clear_error()
    SSL_shutdown(ssl)
  }

  private func call(
    with record: UnsafeRawBufferPointer?, _ body: (OpaquePointer) -> Int32, whenPositive: (Int32) -> Outcome
  ) -> Outcome {
    queue.incoming = record
    defer { queue.incoming = nil }
    return queue.undoing(unless: { if case .failed = $0 { false } else { true } }) {
      ERR_clear_error()
      let result = body(ssl)
      if result > 0 { return whenPositive(result) }
      switch SSL_get_error(ssl, result) {
      case SSL_ERROR_WANT_READ, SSL_ERROR_WANT_WRITE: return .goesOn
      case SSL_ERROR_ZERO_RETURN: return .isClosed
      default:
        let words = takeOpenSSLError() ?? "connection lost"
        return SSL_get_shutdown(ssl) & SSL_RECEIVED_SHUTDOWN != 0 ? .alert(words) : .failed(words)
      }
    }
  }
}
