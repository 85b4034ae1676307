import COpenSSL
import SansIO

/// What a server makes of handshake messages that nobody has authenticated yet, before OpenSSL sees them.
///
/// OpenSSL believes the first message of a sequence number and gives up at the first that is wrong, so anybody who can
/// write a viewer's address onto a datagram could spoil its handshake. Here messages are put together and held until
/// they are known to be the viewer's: its certificate by the fingerprint that the signalling gave, the rest by the
/// certificate's signature over all of it (CertificateVerify). Only the ClientHello is taken as it comes; where another
/// one follows, its sender has to show that it receives what is sent to its address, by a cookie (RFC 6347 section
/// 4.2.1), which nobody else can.
struct ServerHandshake {
  enum Finding {
    /// Kept, or nothing new.
    case none
    case dropped(DTLSDropReason)
    /// A handshake begins with this ClientHello, in place of any other.
    case hello(HandshakeMessage, ClientHello)
    /// The sender of a ClientHello is to send it again with this cookie.
    case ask(cookie: [UInt8])
    /// The client's whole flight in the clear, signed.
    case flight([HandshakeMessage])
  }

  static let maximumCandidates = 4
  /// How often a handshake may begin anew: each time costs a key exchange.
  static let maximumHellos = 16
  static let certificateLengths = 7...8192
  static let keyExchangeLengths = 33...134
  static let verifyLengths = 12...1028

  private let fingerprints: [Fingerprint]
  /// Of the cookies.
  private let secret: [UInt8]
  /// The ClientHello that was answered.
  private var hello: HandshakeMessage?
  /// Whether a ClientHello needs a cookie from now on.
  private var isContested = false
  private var hellos = 0
  private var assembly = HandshakeAssembly()
  /// What may be the client's certificate, key exchange and signature.
  private var candidates: [[HandshakeMessage]] = [[], [], []]
  private var checks = CheckAllowance()
  /// Whether a certificate came that the signalling had not named.
  private(set) var sawWrongCertificate = false

  init(accepting fingerprints: [Fingerprint]) {
    self.fingerprints = fingerprints
    var secret = [UInt8](repeating: 0, count: 32)
    RAND_bytes(&secret, 32)
    self.secret = secret
  }

  /// - Parameter sent: what was sent to the client since its ClientHello, as `HandshakeMessage.bytes`.
  mutating func receive(_ fragment: HandshakeFragment, sent: [UInt8], at now: Instant) -> Finding {
    if fragment.type == HandshakeMessage.clientHello {
      guard fragment.sequence <= 1, ClientHello.lengths.contains(fragment.length) else {
        return .dropped(.unexpectedMessage)
      }
      if let hello, isPiece(fragment, of: hello) { return .dropped(.repeated) }
      guard let message = assembly.add(fragment) else { return .none }
      return receive(hello: message)
    }
    guard let hello, case let place = Int(fragment.sequence) - Int(hello.sequence) - 1, (0...2).contains(place),
      fragment.type == Self.flight[place].type, Self.flight[place].lengths.contains(fragment.length)
    else { return .dropped(.unexpectedMessage) }
    if candidates[place].contains(where: { isPiece(fragment, of: $0) }) { return .dropped(.repeated) }
    guard let message = assembly.add(fragment) else { return .none }
    return receive(message, at: place, sent: sent, at: now)
  }

  /// OpenSSL would not go on with the ClientHello: the next one has to be surer.
  mutating func refuseHello() {
    hello = nil
    isContested = true
  }

  private static let flight: [(type: UInt8, lengths: ClosedRange<Int>)] = [
    (HandshakeMessage.certificate, certificateLengths), (HandshakeMessage.clientKeyExchange, keyExchangeLengths),
    (HandshakeMessage.certificateVerify, verifyLengths),
  ]

  private func isPiece(_ fragment: HandshakeFragment, of message: HandshakeMessage) -> Bool {
    message.sequence == fragment.sequence && message.body.count == fragment.length
      && message.body[fragment.range].elementsEqual(fragment.body)
  }

  private mutating func receive(hello message: HandshakeMessage) -> Finding {
    guard let parsed = ClientHello(message.body) else { return .dropped(.unexpectedMessage) }
    if message.sequence == 1 {
      guard constantTimeEqual(parsed.cookie, cookie(for: parsed)) else { return .dropped(.unexpectedMessage) }
    } else {
      guard parsed.cookie.isEmpty else { return .dropped(.unexpectedMessage) }
      if isContested || hello != nil {
        isContested = true
        return .ask(cookie: cookie(for: parsed))
      }
    }
    guard hellos < Self.maximumHellos else { return .dropped(.refused) }
    hellos += 1
    hello = message
    candidates = [[], [], []]
    assembly.removeAll()
    return .hello(message, parsed)
  }

  private mutating func receive(
    _ message: HandshakeMessage, at place: Int, sent: [UInt8], at now: Instant
  ) -> Finding {
    switch place {
    case 0:
      guard let certificate = PeerCertificate(message.body) else { return .dropped(.unexpectedMessage) }
      guard fingerprints.contains(where: { certificate.matches($0) }) else {
        sawWrongCertificate = true
        return .dropped(.wrongCertificate)
      }
    case 1:
      guard message.body.first.map({ Int($0) }) == message.body.count - 1 else { return .dropped(.unexpectedMessage) }
    default:
      guard CertificateVerify(message.body) != nil else { return .dropped(.unexpectedMessage) }
    }
    if candidates[place].count == Self.maximumCandidates { candidates[place].removeFirst() }
    candidates[place].append(message)
    return signedFlight(with: message, at: place, sent: sent, at: now)
  }

  /// Looks for messages that belong together, among which is `message`.
  private mutating func signedFlight(
    with message: HandshakeMessage, at place: Int, sent: [UInt8], at now: Instant
  ) -> Finding {
    guard let hello, candidates.allSatisfy({ !$0.isEmpty }) else { return .none }
    var choices = candidates
    choices[place] = [message]
    for first in choices[0] {
      guard let certificate = PeerCertificate(first.body) else { continue }
      for second in choices[1] {
        let transcript = hello.bytes + sent + first.bytes + second.bytes
        for third in choices[2] {
          guard checks.take(at: now) else { return .none }
          if CertificateVerify(third.body)?.signs(transcript, by: certificate) == true {
            return .flight([first, second, third])
          }
        }
      }
    }
    return .dropped(.unsigned)
  }

  private func cookie(for hello: ClientHello) -> [UInt8] {
    var tag = [UInt8](repeating: 0, count: 32)
    var count: UInt32 = 0
    HMAC(EVP_sha256(), secret, Int32(secret.count), hello.withoutCookie, hello.withoutCookie.count, &tag, &count)
    return tag
  }

  private func constantTimeEqual(_ one: [UInt8], _ other: [UInt8]) -> Bool {
    one.count == other.count && CRYPTO_memcmp(one, other, one.count) == 0
  }
}

/// How many signatures are checked: a key's operation costs a tenth of a millisecond of the thread that everybody
/// shares, and whoever sends junk chooses how many there would be.
private struct CheckAllowance {
  static let burst = 32.0
  static let rate = 32.0

  private var left = burst
  private var filledAt: Instant?

  mutating func take(at now: Instant) -> Bool {
    if let filledAt {
      let passed = Double(max((now - filledAt).wholeNanoseconds, 0)) * 1e-9
      left = min(Self.burst, left + passed * Self.rate)
    }
    filledAt = now
    guard left >= 1 else { return false }
    left -= 1
    return true
  }
}
