import COpenSSL
import SansIO

/// One end of a DTLS 1.2 association that agrees on SRTP keys (RFC 6347, RFC 5764), over OpenSSL.
///
/// It carries nothing but the handshake: application data is counted and dropped. A peer is accepted by the fingerprint
/// of its certificate alone. There is no cookie exchange, for the peer's address was proved by ICE before.
///
/// Time is the caller's: OpenSSL's own retransmission timer is set an hour ahead and made due when `deadline` has
/// passed, first after 50 ms as WebRTC does, then doubling. (From OpenSSL 3.2 on its timer cannot be reached; there it
/// runs by the wall clock with the same intervals, and `deadline` says when to look.)
public struct DTLSTransport: ~Copyable {
  public enum Role: Sendable { case client, server }

  public enum Event: Sendable {
    /// The handshake is done and the peer is the one whose fingerprint was given.
    case connected(SRTPKeyingMaterial)
    /// The peer said close_notify.
    case closed
    case failed(DTLSFailure)
  }

  private enum State { case handshaking, connected, ended }

  /// The largest handshake datagram that is sent, in bytes of UDP payload.
  public static let maximumDatagram = 1200
  /// How much of a handshake is read from a peer, retransmissions included; the rest is dropped.
  public static let maximumHandshakeBytes = 128 * 1024

  /// OpenSSL's names of the SRTP protection profiles, the preferred one first.
  public static let protectionProfiles = "SRTP_AEAD_AES_128_GCM:SRTP_AES128_CM_SHA1_80"

  static let firstRetransmission: Duration = .milliseconds(50)
  static let lastRetransmission: Duration = .seconds(60)

  public let role: Role
  /// Datagrams that were dropped: over the handshake's limit, after the end, or too large.
  public private(set) var droppedDatagrams = 0
  public private(set) var deadline: Instant?

  private let ssl: OpaquePointer
  private let queue: DatagramQueue
  private let certificate: Certificate
  private var state = State.handshaking
  private var handshakeBytes = 0
  private var interval = Self.firstRetransmission
  private var event: Event?

  /// - Parameters:
  ///   - fingerprints: the certificates that the signalling vouches for; with none, every handshake fails.
  ///   - profiles: what this side speaks. A server's order decides: OpenSSL walks the server's list.
  public init(
    role: Role, certificate: Certificate, accepting fingerprints: [Fingerprint],
    profiles: String = DTLSTransport.protectionProfiles
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
    cupola_dtls_set_mtu(ssl, Self.maximumDatagram)
    DTLS_set_timer_cb(ssl) { _, interval in
      if DatagramQueue.isTimerReachable { return 3_600_000_000 }
      return interval == 0 ? 50_000 : min(interval, 30_000_000) * 2
    }
    if role == .client { SSL_set_connect_state(ssl) } else { SSL_set_accept_state(ssl) }
    self.role = role
    self.ssl = ssl
    self.queue = queue
    self.certificate = certificate
  }

  deinit { SSL_free(ssl) }

  public var isConnected: Bool { state == .connected }

  /// Sends the client's first flight. A server waits for it.
  public mutating func start(at now: Instant) {
    guard role == .client, state == .handshaking, deadline == nil else { return }
    shakeHands(at: now)
  }

  /// Takes one datagram that the peer sent.
  public mutating func receive(_ datagram: borrowing RawSpan, at now: Instant) {
    guard state != .ended, datagram.byteCount <= 16_384, datagram.byteCount > 0 else {
      droppedDatagrams &+= 1
      return
    }
    if state == .handshaking {
      guard handshakeBytes + datagram.byteCount <= Self.maximumHandshakeBytes else {
        droppedDatagrams &+= 1
        return
      }
      handshakeBytes += datagram.byteCount
    }
    datagram.withUnsafeBytes { bytes in
      queue.incoming = bytes
      if state == .handshaking { shakeHands(at: now) }
      // A handshake may end in the middle of a datagram; the rest of it is for `read`.
      if state == .connected { read() }
      queue.incoming = nil
    }
  }

  /// Retransmits the last flight when it is due.
  public mutating func advance(to now: Instant) {
    guard state == .handshaking, let due = deadline, now >= due else { return }
    makeTimerDue()
    ERR_clear_error()
    guard cupola_dtls_handle_timeout(ssl) >= 0 else {
      fail(.timedOut)
      return
    }
    interval = min(interval * 2, Self.lastRetransmission)
    deadline = now + interval
  }

  /// Says close_notify, once.
  public mutating func close() {
    if state == .connected {
      ERR_clear_error()
      SSL_shutdown(ssl)
    }
    state = .ended
    deadline = nil
  }

  /// The next datagram to send, or nil when there is none left.
  public mutating func pollDatagram() -> [UInt8]? { queue.takeDatagram() }

  public mutating func pollEvent() -> Event? { event.take() }

  private mutating func shakeHands(at now: Instant) {
    let written = queue.writes
    ERR_clear_error()
    let result = SSL_do_handshake(ssl)
    if result == 1 {
      finish()
    } else if SSL_get_error(ssl, result) == SSL_ERROR_WANT_READ {
      // A new flight went out: its timer starts afresh.
      if queue.writes != written {
        interval = Self.firstRetransmission
        deadline = now + interval
      }
    } else {
      fail(queue.isPeerVerified || !isPeerRefused ? .handshake(takeOpenSSLError() ?? "unknown") : .wrongFingerprint)
    }
  }

  private var isPeerRefused: Bool { SSL_get_verify_result(ssl) == Int(X509_V_ERR_CERT_REJECTED) }

  private mutating func finish() {
    guard queue.isPeerVerified else { return fail(.wrongFingerprint) }
    guard let material = SRTPKeyingMaterial(exporting: ssl, role: role) else { return fail(.noProtectionProfile) }
    state = .connected
    deadline = nil
    event = .connected(material)
  }

  /// Lets OpenSSL see what came after the handshake: a repeated last flight, which it answers, or close_notify.
  private mutating func read() {
    withUnsafeTemporaryAllocation(byteCount: 16_384, alignment: 16) { buffer in
      // One datagram holds at most as many records as fit; the bound is for whoever finds a way around that.
      for _ in 0..<64 {
        ERR_clear_error()
        let count = SSL_read(ssl, buffer.baseAddress, Int32(buffer.count))
        if count > 0 {
          droppedDatagrams &+= 1
          continue
        }
        switch SSL_get_error(ssl, count) {
        case SSL_ERROR_WANT_READ, SSL_ERROR_WANT_WRITE: return
        case SSL_ERROR_ZERO_RETURN: end(with: .closed)
        default: end(with: .failed(.handshake(takeOpenSSLError() ?? "connection lost")))
        }
        return
      }
    }
  }

  private mutating func fail(_ failure: DTLSFailure) { end(with: .failed(failure)) }

  private mutating func end(with event: Event) {
    state = .ended
    deadline = nil
    self.event = event
  }

  /// OpenSSL compares its timer with the wall clock, which is not our clock; so we move the timer into the past.
  ///
  /// It names its timer's storage to the BIO (`BIO_CTRL_DGRAM_SET_NEXT_TIMEOUT`), which is the only way in. It is
  /// written only while a timer is running, because zero means that none is.
  private func makeTimerDue() {
    guard let timer = queue.nextTimeout, timer.pointee.tv_sec != 0 else { return }
    timer.pointee = timeval(tv_sec: 1, tv_usec: 0)
  }
}

/// Why a handshake or a connection ended badly.
public enum DTLSFailure: Error, Equatable, Sendable, CustomStringConvertible {
  /// The peer's certificate is not the one that its SDP named.
  case wrongFingerprint
  /// The peer knows none of our SRTP protection profiles.
  case noProtectionProfile
  case timedOut
  /// OpenSSL's words.
  case handshake(String)

  public var description: String {
    switch self {
    case .wrongFingerprint: "the peer's certificate does not match its fingerprint"
    case .noProtectionProfile: "no common SRTP protection profile"
    case .timedOut: "the handshake was given up"
    case .handshake(let words): "DTLS: \(words)"
    }
  }
}
