import COpenSSL
import SansIO

/// One end of a DTLS 1.2 association that agrees on SRTP keys (RFC 6347, RFC 5764), over OpenSSL.
///
/// What the peer sends under the keys is handed up record by record. A peer is accepted by the fingerprint of its
/// certificate alone.
///
/// Nothing that anybody could have written ends it. Records pass `DTLSRecordFilter`; a server's handshake passes
/// `ServerHandshake`, so that OpenSSL sees messages of the right peer only; OpenSSL's errors cost the record that they
/// came with; and once connected, only an alert under the keys ends it. A server whose client comes with the wrong
/// certificate, or with nothing that can be agreed on, waits on: who gives up is the caller, with `suspicion` for a
/// reason. No alert is sent but close_notify. A client, which is here to test the server, fails at what goes wrong
/// before it is connected.
///
/// Time is the caller's: OpenSSL's own retransmission timer never runs out by itself and is made to when `deadline` has
/// passed, first after 50 ms as WebRTC does, then doubling (`CDTLSClock`).
public struct DTLSTransport: ~Copyable {
  public enum Role: Sendable { case client, server }

  public enum Event: Sendable {
    /// The handshake is done and the peer is the one whose fingerprint was given.
    case connected(SRTPKeyingMaterial)
    /// The contents of one record, as SCTP is carried (RFC 8261).
    case data([UInt8])
    /// The peer said close_notify.
    case closed
    case failed(DTLSFailure)
  }

  private enum State {
    case handshaking
    /// A server has the client's flight and waits for what proves that both have the same keys.
    case keyed
    case connected
    /// Connected, and OpenSSL has stopped over something: nothing is read any more.
    case deaf
    case ended
  }

  private struct Settings {
    var role: Role
    var certificate: Certificate
    var fingerprints: [Fingerprint]
    var profiles: String
  }

  /// The largest handshake datagram that is sent, in bytes of UDP payload.
  public static let maximumDatagram = 1200
  /// The largest datagram that is looked at.
  public static let maximumReceived = 16_384

  /// OpenSSL's names of the SRTP protection profiles, the preferred one first.
  public static let protectionProfiles = "SRTP_AEAD_AES_128_GCM:SRTP_AES128_CM_SHA1_80"

  static let firstRetransmission: Duration = .milliseconds(50)
  static let lastRetransmission: Duration = .seconds(60)
  /// Events that wait to be taken; more data is dropped.
  static let maximumEvents = 64
  /// Records under keys that came before the messages that make the keys.
  static let maximumEarly = 4

  /// Records that were not acted on, by reason.
  public private(set) var drops: [DTLSDropReason: UInt64] = [:]
  public private(set) var deadline: Instant?
  /// What has kept the handshake from going on, if anything has.
  public private(set) var suspicion: DTLSFailure?

  private let settings: Settings
  private var connection: OpenSSLConnection
  private var handshake: ServerHandshake
  private var filter = DTLSRecordFilter()
  private var state = State.handshaking
  private var early: [[UInt8]] = []
  private var interval = Self.firstRetransmission
  private var events: [Event] = []

  /// - Parameters:
  ///   - fingerprints: the certificates that the signalling vouches for; with none, every handshake fails.
  ///   - profiles: what this side speaks. A server's order decides: OpenSSL walks the server's list.
  public init(
    role: Role, certificate: Certificate, accepting fingerprints: [Fingerprint],
    profiles: String = DTLSTransport.protectionProfiles
  ) throws(DTLSError) {
    settings = Settings(role: role, certificate: certificate, fingerprints: fingerprints, profiles: profiles)
    connection = try OpenSSLConnection(
      role: role, certificate: certificate, accepting: fingerprints, profiles: profiles)
    handshake = ServerHandshake(accepting: fingerprints)
  }

  public var role: Role { settings.role }
  public var isConnected: Bool { state == .connected || state == .deaf }
  /// Whether the peer has answered what was sent to it: its signature is over our own random numbers.
  public var isAnswered: Bool { state == .keyed || isConnected }

  /// Sends the client's first flight. A server waits for it.
  public mutating func start(at now: Instant) {
    guard role == .client, state == .handshaking, deadline == nil else { return }
    shakeHands(at: now) { $0.shakeHands() }
  }

  /// Takes one datagram that came from the peer's address.
  public mutating func receive(_ datagram: borrowing RawSpan, at now: Instant) {
    let datagram = copy datagram
    guard datagram.byteCount <= Self.maximumReceived else { return drop(.length) }
    var offset = 0
    repeat {
      guard let record = DTLSRecord(in: datagram, at: offset) else { return drop(.malformed) }
      offset = record.range.upperBound
      take(record, of: datagram, at: now)
    } while offset < datagram.byteCount
  }

  /// Retransmits the last flight when it is due.
  public mutating func advance(to now: Instant) {
    guard state == .handshaking || state == .keyed, let due = deadline, now >= due else { return }
    guard connection.retransmit() else { return end(with: .failed(.timedOut)) }
    interval = min(interval * 2, Self.lastRetransmission)
    deadline = now + interval
  }

  /// Sends `data` in one record; false when there is no connection, or it is longer than a datagram takes.
  public mutating func send(_ data: [UInt8]) -> Bool {
    guard state == .connected, data.count <= Self.maximumDatagram - DTLSRecord.headerLength - connection.recordOverhead
    else { return false }
    return connection.write(data)
  }

  /// Says close_notify, once.
  public mutating func close() {
    if state == .connected { connection.close() }
    state = .ended
    deadline = nil
  }

  /// The next datagram to send, or nil when there is none left.
  public mutating func pollDatagram() -> [UInt8]? { connection.queue.takeDatagram() }

  /// The next event, in order; nil when there is none left.
  public mutating func pollEvent() -> Event? { events.isEmpty ? nil : events.removeFirst() }

  private mutating func drop(_ reason: DTLSDropReason) { drops[reason, default: 0] &+= 1 }

  private mutating func take(_ record: DTLSRecord, of datagram: RawSpan, at now: Instant) {
    guard state != .ended else { return drop(.afterEnd) }
    if let reason = filter.refusal(of: record) { return drop(reason) }
    let span = datagram.extracting(record.range)
    switch (state, role, record.epoch) {
    case (.connected, _, _): read(span)
    case (.deaf, _, _): drop(.refused)
    case (.handshaking, .server, 0):
      // A change of keys has no number and says nothing: it is made up when it is its time.
      if record.type == DTLSRecord.handshake { inspect(datagram.extracting(record.fragment), at: now) }
    case (.keyed, .server, 0):
      if record.type == DTLSRecord.handshake { drop(.repeated) }
    case (.handshaking, .server, _):
      if early.count == Self.maximumEarly { early.removeFirst() }
      early.append(span.withUnsafeBytes { [UInt8]($0) })
    default: _ = span.withUnsafeBytes { bytes in shakeHands(at: now) { $0.shakeHands(with: bytes) } }
    }
  }

  // MARK: The server's handshake

  private mutating func inspect(_ fragments: RawSpan, at now: Instant) {
    var reader = ByteReader(fragments)
    while reader.remaining > 0, state == .handshaking {
      guard let fragment = HandshakeFragment(from: &reader) else { return drop(.unexpectedMessage) }
      switch handshake.receive(fragment, sent: connection.queue.sent?.messages ?? [], at: now) {
      case .none: break
      case .dropped(let reason): drop(reason)
      case .hello(let message, let hello): begin(with: message, hello, at: now)
      case .ask(let cookie): ask(for: cookie)
      case .flight(let messages): complete(with: messages, at: now)
      }
      if handshake.sawWrongCertificate { suspicion = .wrongFingerprint }
    }
  }

  /// Begins a handshake, in place of one that had begun.
  private mutating func begin(with message: HandshakeMessage, _ hello: ClientHello, at now: Instant) {
    let hasCookie = message.sequence > 0
    // The first handshake has the object that was made before it was needed.
    if hasCookie || connection.given > 0 {
      do throws(DTLSError) {
        connection = try OpenSSLConnection(
          role: .server, certificate: settings.certificate, accepting: settings.fingerprints,
          profiles: settings.profiles, from: connection.queue.sent?.nextSequence ?? 0, expectsCookie: hasCookie)
      } catch {
        handshake.refuseHello()
        return drop(.refused)
      }
    }
    early = []
    deadline = nil
    var messages = [message]
    // OpenSSL has to have asked before it takes an answer.
    if hasCookie { messages.insert(.init(type: message.type, sequence: 0, body: hello.withoutCookie), at: 0) }
    for message in messages {
      let outcome = shakeHands(at: now) { $0.shakeHands(with: DTLSRecord.handshake, message.bytes) }
      guard outcome == .goesOn else { return handshake.refuseHello() }
    }
  }

  /// HelloVerifyRequest, which keeps nothing in mind (RFC 6347 section 4.2.1).
  private mutating func ask(for cookie: [UInt8]) {
    let sequence = connection.queue.sent?.takeSequence() ?? 0
    let version = [UInt8(DTLSRecord.firstVersion >> 8), UInt8(DTLSRecord.firstVersion & 0xFF)]
    let request = HandshakeMessage(
      type: HandshakeMessage.helloVerifyRequest, sequence: 0, body: version + [UInt8(cookie.count)] + cookie)
    DTLSRecord.plain(
      DTLSRecord.handshake, sequence: sequence, version: DTLSRecord.firstVersion, fragment: request.bytes
    ).withUnsafeBytes { connection.queue.append($0) }
  }

  /// Gives OpenSSL what is known to be the client's.
  private mutating func complete(with messages: [HandshakeMessage], at now: Instant) {
    state = .keyed
    filter.overhead = connection.recordOverhead
    for message in messages {
      shakeHands(at: now) { $0.shakeHands(with: DTLSRecord.handshake, message.bytes) }
    }
    shakeHands(at: now) { $0.shakeHands(with: DTLSRecord.changeCipherSpec, [1]) }
    for record in early where record.count - DTLSRecord.headerLength >= filter.overhead {
      record.withUnsafeBytes { bytes in
        if state == .connected { read(bytes.bytes) } else { shakeHands(at: now) { $0.shakeHands(with: bytes) } }
      }
    }
    early = []
  }

  // MARK: OpenSSL

  @discardableResult
  private mutating func shakeHands(
    at now: Instant, _ body: (inout OpenSSLConnection) -> OpenSSLConnection.Outcome
  ) -> OpenSSLConnection.Outcome? {
    guard state == .handshaking || state == .keyed else { return nil }
    let written = connection.queue.writes
    let outcome = body(&connection)
    switch outcome {
    case .isDone: finish()
    case .goesOn, .data:
      // A new flight went out: its timer starts afresh.
      if connection.queue.writes != written {
        interval = Self.firstRetransmission
        deadline = now + interval
      }
    case .failed(let words) where role == .server && state == .handshaking:
      suspicion = .handshake(words)
      drop(.refused)
    case .failed(let words), .alert(let words):
      end(with: .failed(connection.wasPeerRefused ? .wrongFingerprint : .handshake(words)))
    case .isClosed: end(with: .closed)
    }
    return outcome
  }

  private mutating func finish() {
    guard connection.queue.isPeerVerified else { return end(with: .failed(.wrongFingerprint)) }
    guard let material = SRTPKeyingMaterial(exporting: connection.ssl, role: role) else {
      return end(with: .failed(.noProtectionProfile))
    }
    state = .connected
    filter.isConnected = true
    filter.overhead = connection.recordOverhead
    deadline = nil
    events.append(.connected(material))
  }

  private mutating func read(_ record: RawSpan) {
    switch record.withUnsafeBytes({ connection.read($0) }) {
    case .goesOn, .isDone: break
    case .data(let bytes):
      if events.count < Self.maximumEvents { events.append(.data(bytes)) } else { drop(.tooMuchData) }
    case .isClosed: end(with: .closed)
    case .alert(let words): end(with: .failed(.handshake(words)))
    case .failed:
      drop(.refused)
      state = .deaf
    }
  }

  private mutating func end(with event: Event) {
    state = .ended
    deadline = nil
    events.append(event)
  }
}
