import ICE
import SDP
import SansIO

/// The browser's side of ICE, as small as a test needs it: it checks every pair, nominates the first that answers, and
/// keeps consent fresh (RFC 8445 section 7.2, RFC 7675).
///
/// Checks are sent again every `retransmission` until they are answered. The last nominated path can be moved with
/// `nominate(_:at:)`, as a browser does when its network changes.
public struct ICEControllingAgent: ProtocolEngine {
  public enum Event: Hashable, Sendable {
    /// A nominating check was answered: media may be sent.
    case connected(local: TransportAddress, remote: TransportAddress)
    /// No consent check was answered for 30 s.
    case consentExpired
  }

  static let pacing = Duration.milliseconds(50)
  static let retransmission = Duration.milliseconds(250)
  static let consentInterval = Duration.seconds(4)
  static let consentTimeout = Duration.seconds(30)

  private enum State {
    case checking
    case nominating(NetworkPath)
    case connected(NetworkPath, consentUntil: Instant)
    case expired
  }

  private struct PendingCheck {
    var pair: NetworkPath
    var nominates: Bool
    var priority: UInt32
    var sendAt: Instant
  }

  public let local: ICECredentials
  public let remote: ICECredentials
  /// Whether every check nominates, as RFC 5245 allowed and Firefox does.
  public var nominatesAggressively = false
  public var answersChecks = true
  public private(set) var checksSent = 0
  /// Answers that were not signed by the peer, or answer nothing.
  public private(set) var answersDropped = 0
  /// Checks of the peer's own that were answered.
  public private(set) var checksAnswered = 0

  private let pairs: [NetworkPath]
  private let tieBreaker: UInt64
  private var generator: SeededGenerator
  private var state = State.checking
  private var pending: [STUNTransactionID: PendingCheck] = [:]
  private var nextConsent: Instant?
  private var outputs: [Output<Event>] = []

  /// Checks start at `now`, one every 50 ms.
  public init(
    local: ICECredentials, remote: ICECredentials, pairs: [NetworkPath], seed: UInt64, at now: Instant
  ) {
    self.local = local
    self.remote = remote
    self.pairs = pairs
    generator = SeededGenerator(seed: seed)
    tieBreaker = generator.next()
    for (index, pair) in pairs.enumerated() {
      schedule(pair, nominates: false, at: now + Self.pacing * index)
    }
  }

  /// The path that media takes.
  public var selectedPair: NetworkPath? { if case .connected(let pair, _) = state { pair } else { nil } }

  public var deadline: Instant? {
    var times = pending.values.map(\.sendAt)
    if let nextConsent { times.append(nextConsent) }
    if case .connected(_, let until) = state { times.append(until) }
    return times.min()
  }

  public mutating func pollOutput() -> Output<Event>? { outputs.isEmpty ? nil : outputs.removeFirst() }

  /// Checks another path with USE-CANDIDATE, and moves there when that is answered.
  public mutating func nominate(_ pair: NetworkPath, at now: Instant) {
    state = .nominating(pair)
    pending = [:]
    nextConsent = nil
    schedule(pair, nominates: true, at: now)
    advance(to: now)
  }

  public mutating func advance(to now: Instant) {
    if case .connected(_, let until) = state, now >= until {
      state = .expired
      pending = [:]
      nextConsent = nil
      outputs.append(.event(.consentExpired))
      return
    }
    if let due = nextConsent, now >= due, case .connected(let pair, _) = state {
      nextConsent = now + Self.consentInterval
      schedule(pair, nominates: true, at: now)
    }
    let due = pending.filter { $0.value.sendAt <= now }
      .sorted { ($0.value.sendAt, $0.key.low) < ($1.value.sendAt, $1.key.low) }
    for (transaction, check) in due {
      pending[transaction]?.sendAt = now + Self.retransmission
      send(check, as: transaction)
    }
  }

  public mutating func receive(_ payload: borrowing RawSpan, on path: NetworkPath, at now: Instant) {
    let bytes = copy payload
    let message = try? STUNMessage.parse(bytes)
    if let message, message.messageClass == .request { return answer(message, bytes, on: path) }
    guard let message, message.messageClass == .success,
      message.isAuthentic(in: bytes, password: remote.password),
      let check = pending.removeValue(forKey: message.transaction),
      check.pair == path, message.xorMappedAddress == path.local
    else {
      answersDropped += 1
      return
    }
    switch state {
    case .checking where nominatesAggressively, .nominating where check.nominates:
      connect(check.pair, at: now)
    case .checking:
      state = .nominating(check.pair)
      pending = [:]
      schedule(check.pair, nominates: true, at: now)
      advance(to: now)
    case .connected(let pair, _) where pair == check.pair:
      pending = [:]
      state = .connected(pair, consentUntil: now + Self.consentTimeout)
    case .nominating, .connected, .expired:
      break
    }
  }

  /// A full agent answers the checks that come to it, whoever is controlling.
  private mutating func answer(_ check: STUNMessage, _ bytes: RawSpan, on path: NetworkPath) {
    guard answersChecks, check.isFingerprinted, check.username == "\(local.ufrag):\(remote.ufrag)",
      check.isAuthentic(in: bytes, password: local.password)
    else {
      answersDropped += 1
      return
    }
    checksAnswered += 1
    let response = STUNMessage(.success, transaction: check.transaction, attributes: [.xorMappedAddress(path.remote)])
    outputs.append(.transmit(Transmit(payload: response.encoded(password: local.password), on: path)))
  }

  private mutating func connect(_ pair: NetworkPath, at now: Instant) {
    state = .connected(pair, consentUntil: now + Self.consentTimeout)
    nextConsent = now + Self.consentInterval
    pending = [:]
    outputs.append(.event(.connected(local: pair.local, remote: pair.remote)))
  }

  private mutating func schedule(_ pair: NetworkPath, nominates: Bool, at time: Instant) {
    let preference = UInt16.max - UInt16(truncatingIfNeeded: pairs.firstIndex(of: pair) ?? pairs.count)
    pending[STUNTransactionID(random: &generator)] = PendingCheck(
      pair: pair, nominates: nominates,
      priority: Candidate.priority(typePreference: 110, localPreference: preference, component: 1), sendAt: time)
  }

  private mutating func send(_ check: PendingCheck, as transaction: STUNTransactionID) {
    var message = STUNMessage(
      .request, transaction: transaction,
      attributes: [
        .username("\(remote.ufrag):\(local.ufrag)"), .iceControlling(tieBreaker: tieBreaker), .priority(check.priority),
      ])
    if check.nominates || nominatesAggressively { message.attributes.append(.useCandidate) }
    checksSent += 1
    let payload = message.encoded(password: remote.password)
    outputs.append(.transmit(Transmit(payload: payload, on: check.pair)))
  }
}
