import SansIO

/// The ICE-lite side of one connection (RFC 8445 section 2.5): it answers connectivity checks and believes them.
///
/// It sends no checks to find a path, so it never resolves a remote candidate: where the peer is, the peer's
/// authenticated checks say. A check counts when FINGERPRINT, USERNAME and MESSAGE-INTEGRITY are right; anything else is dropped
/// without an answer. The peer, which is controlling, nominates with USE-CANDIDATE.
///
/// - Consent (RFC 7675): media may flow to the nominated address for 30 s after its last fresh check. A lite agent has no
///   checks whose answers would be consent; the peer's own checks stand for it.
/// - Replay: a check that comes a second time from another address moves nothing and gets no answer; a second time from
///   the same address (a retransmission) gets its answer and renews nothing. The last `rememberedChecks` are known.
/// - Proof: a check's address is where it claims to be once a binding request of our own (`PathChallenges`) has been
///   answered from there, which RFC 8445 does not ask of a lite agent and every full one answers. It goes out before the
///   answer to each check until then. The first nominated address is taken without, and what goes there is counted
///   (`PeerConnection`); before anything goes to another one it must be proven.
/// - Amplification: no answer is bigger than its question, and neither is a challenge, which comes beside it.
/// - Simplifications: one component, one peer, no role switch (a peer that claims to be controlled gets error 487).
public struct ICEAgent: ProtocolEngine {
  public enum Event: Hashable, Sendable {
    /// The peer nominated its first address.
    case connected(NetworkPath)
    /// The peer nominated another address: everything goes there from now on.
    case moved(NetworkPath)
    /// The nominated address sent no check for `consentTimeout`: nothing may be sent any more. The agent stays so.
    case consentExpired
  }

  public static let maximumPaths = 16
  static let rememberedChecks = 128
  /// Within this time of its last nomination, an address yields only to one of at least its own priority: a peer that
  /// nominates aggressively (RFC 5245) puts USE-CANDIDATE into the checks of every pair.
  static let nominationHold = Duration.seconds(3)

  public let local: ICECredentials
  public let remote: ICECredentials
  public let consentTimeout: Duration
  /// How many datagrams were not acted on, by reason.
  public private(set) var drops: [ICEDropReason: UInt64] = [:]
  /// How many checks were answered with success.
  public private(set) var checksAnswered: UInt64 = 0

  private var state = State.waiting
  private var verified: [VerifiedPath] = []
  private var recent = RecentChecks(capacity: ICEAgent.rememberedChecks)
  private var challenges: PathChallenges
  private let tieBreaker: UInt64
  private var outputs: [Output<Event>] = []

  private enum State {
    case waiting
    case nominated(Nomination)
    case expired
  }

  private struct Nomination {
    var path: NetworkPath
    var priority: UInt32
    var nominatedAt: Instant
    var consentUntil: Instant

    /// Whether a nomination of `other` replaces this one.
    func yields(to other: UInt32, at now: Instant) -> Bool {
      other >= priority || now - nominatedAt >= ICEAgent.nominationHold
    }
  }

  private struct VerifiedPath {
    var path: NetworkPath
    var seenAt: Instant
    /// Until when it need not answer a challenge again.
    var provenUntil: Instant?
  }

  /// A lite agent of `local`, whose peer signs with `local`'s password and calls itself `remote`.
  public init(
    lite local: ICECredentials, remote: ICECredentials, consentTimeout: Duration = .seconds(30),
    random: inout some RandomNumberGenerator
  ) {
    challenges = PathChallenges(random: &random)
    tieBreaker = random.next()
    self.local = local
    self.remote = remote
    self.consentTimeout = consentTimeout
  }

  /// The nominated path while there is consent for it: where to send.
  public var selectedPath: NetworkPath? {
    if case .nominated(let nomination) = state { nomination.path } else { nil }
  }

  /// Whether an authenticated check came from `address`, so that DTLS and media from there are the peer's.
  public func isVerified(_ address: TransportAddress) -> Bool { verified.contains { $0.path.remote == address } }

  /// Whether a binding request of ours to `address` was answered from there.
  public func isProven(_ address: TransportAddress) -> Bool {
    verified.contains { $0.path.remote == address && $0.provenUntil != nil }
  }

  /// Whether an authenticated check came from `address` after `time`.
  public func isVerified(_ address: TransportAddress, since time: Instant) -> Bool {
    verified.contains { $0.path.remote == address && $0.seenAt > time }
  }

  public var deadline: Instant? {
    if case .nominated(let nomination) = state { nomination.consentUntil } else { nil }
  }

  public mutating func advance(to now: Instant) {
    guard case .nominated(let nomination) = state, now >= nomination.consentUntil else { return }
    state = .expired
    verified = []
    outputs.append(.event(.consentExpired))
  }

  public mutating func pollOutput() -> Output<Event>? { outputs.isEmpty ? nil : outputs.removeFirst() }

  public mutating func receive(_ payload: borrowing RawSpan, on path: NetworkPath, at now: Instant) {
    advance(to: now)
    if case .expired = state { return drop(.unexpected) }
    let message: STUNMessage
    do {
      message = try STUNMessage.parse(payload)
    } catch {
      return drop(.malformed)
    }
    switch (message.messageClass, message.method) {
    case (.request, .binding): break
    case (.indication, .binding): return
    case (.success, .binding) where challenges.isOpen(message.transaction):
      guard message.isAuthentic(in: payload, password: remote.password) else { return drop(.notAuthentic) }
      return challengeAnswered(message.transaction, on: path, at: now)
    default: return drop(.unexpected)
    }
    guard message.isFingerprinted else { return drop(.noFingerprint) }
    guard message.username == "\(local.ufrag):\(remote.ufrag)" else { return drop(.wrongUsername) }
    guard message.isAuthentic(in: payload, password: local.password) else { return drop(.notAuthentic) }
    answer(message, size: payload.byteCount, on: path, at: now)
  }

  private mutating func answer(_ check: STUNMessage, size: Int, on path: NetworkPath, at now: Instant) {
    let sighting = recent.note(check.transaction, from: path.remote)
    guard sighting != .replayed else { return drop(.replayed) }
    var response = STUNMessage(.success, transaction: check.transaction)
    let unknown = check.unknownRequiredAttributes
    let isControlled = check.attributes.contains { if case .iceControlled = $0 { true } else { false } }
    if !unknown.isEmpty {
      response.messageClass = .failure
      response.attributes = [.errorCode(420, reason: ""), .unknownAttributes(unknown)]
    } else if isControlled {
      response.messageClass = .failure
      response.attributes = [.errorCode(487, reason: "")]
    } else {
      response.attributes = [.xorMappedAddress(path.remote)]
    }
    let bytes = response.encoded(password: local.password)
    guard bytes.count <= size else { return drop(.amplifying) }
    // A peer that gets the question first has answered it before it goes on.
    if response.messageClass == .success, !isProven(path, at: now) {
      challenge(path, priority: check.priority ?? 0, wasNominated: check.usesCandidate, limit: size)
    }
    outputs.append(.transmit(Transmit(payload: bytes, on: path)))
    guard response.messageClass == .success else { return }
    checksAnswered &+= 1
    if sighting == .fresh { believe(check, on: path, at: now) }
  }

  /// Acts on a fresh authenticated check: its address is the peer's, consents, and may be nominated.
  private mutating func believe(_ check: STUNMessage, on path: NetworkPath, at now: Instant) {
    verify(path, at: now)
    let priority = check.priority ?? 0
    let fresh = Nomination(path: path, priority: priority, nominatedAt: now, consentUntil: now + consentTimeout)
    switch state {
    case .waiting where check.usesCandidate:
      state = .nominated(fresh)
      outputs.append(.event(.connected(path)))
    case .nominated(var nomination) where nomination.path == path:
      nomination.consentUntil = fresh.consentUntil
      if check.usesCandidate {
        nomination.nominatedAt = now
        nomination.priority = priority
      }
      state = .nominated(nomination)
    case .nominated(let nomination) where check.usesCandidate:
      if nomination.yields(to: priority, at: now), isProven(path, at: now) { move(to: fresh) }
    case .waiting, .nominated, .expired:
      break
    }
  }

  private mutating func move(to nomination: Nomination) {
    state = .nominated(nomination)
    outputs.append(.event(.moved(nomination.path)))
  }

  /// The path in use has consent and stays proven.
  private func isProven(_ path: NetworkPath, at now: Instant) -> Bool {
    verified.contains { $0.path == path && $0.provenUntil.map { now < $0 || path == selectedPath } ?? false }
  }

  /// Asks whether somebody receives at `address`, if a check came from there and it has not been proven.
  public mutating func challenge(_ address: TransportAddress) {
    guard let found = verified.first(where: { $0.path.remote == address && $0.provenUntil == nil }) else { return }
    challenge(found.path, priority: 0, wasNominated: false, limit: .max)
  }

  /// Asks the far end of a path whether the peer is there, in no more than `limit` bytes.
  private mutating func challenge(_ path: NetworkPath, priority: UInt32, wasNominated: Bool, limit: Int) {
    let request = STUNMessage(
      .request, transaction: challenges.make(for: path, priority: priority, wasNominated: wasNominated),
      attributes: [
        .username("\(remote.ufrag):\(local.ufrag)"), .iceControlled(tieBreaker: tieBreaker), .priority(priority),
      ])
    let bytes = request.encoded(password: remote.password)
    guard bytes.count <= limit else { return drop(.amplifying) }
    outputs.append(.transmit(Transmit(payload: bytes, on: path)))
  }

  /// The peer is where it says, so what it nominated holds.
  private mutating func challengeAnswered(_ transaction: STUNTransactionID, on path: NetworkPath, at now: Instant) {
    guard let challenge = challenges.close(transaction, on: path),
      let index = verified.firstIndex(where: { $0.path == path })
    else { return drop(.unexpected) }
    verified[index].provenUntil = now + consentTimeout
    guard challenge.wasNominated, case .nominated(let nomination) = state, nomination.path != path,
      nomination.yields(to: challenge.priority, at: now)
    else { return }
    move(
      to: Nomination(
        path: path, priority: challenge.priority, nominatedAt: now, consentUntil: now + consentTimeout))
  }

  /// Remembers a path; of too many, the one that was silent for longest and is not nominated is forgotten.
  private mutating func verify(_ path: NetworkPath, at now: Instant) {
    if let index = verified.firstIndex(where: { $0.path == path }) {
      verified[index].seenAt = now
      return
    }
    if verified.count == Self.maximumPaths {
      let selected = selectedPath
      let stalest = verified.indices.filter { verified[$0].path != selected }
        .min { verified[$0].seenAt < verified[$1].seenAt }
      if let stalest { verified.remove(at: stalest) }
    }
    verified.append(VerifiedPath(path: path, seenAt: now))
  }

  private mutating func drop(_ reason: ICEDropReason) { drops[reason, default: 0] &+= 1 }
}
