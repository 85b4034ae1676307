import DTLS
import ICE
import RTP
import SDP
import SRTP
import SansIO

/// One viewer: ICE, then DTLS, then SRTP, then RTP, in that order (RFC 8834, RFC 8827).
///
/// A sans-IO engine: datagrams and time go in, datagrams and events come out. Frames go the short way: `send` writes
/// a whole frame, protected, into the caller's burst. Nothing that a peer sends traps or grows without bound; what is
/// not acted on is counted in `statistics`.
///
/// - Simplifications: one video section, sent only; BUNDLE and rtcp-mux always; the DTLS server; no renegotiation.
public struct PeerConnection: ProtocolEngine, ~Copyable {
  public enum Event: Equatable, Sendable {
    /// Frames can be sent; the first should be a key frame.
    case connected
    /// The viewer has lost the picture.
    case keyframeRequested
    /// The connection is over; no event follows.
    case closed(CloseReason)
  }

  enum Phase { case connecting, connected, closed }

  /// The answer to the viewer's offer, as SDP.
  public let answer: String
  /// What the two agreed on.
  public let session: NegotiatedSession
  /// The name that the viewer's connectivity checks are addressed to.
  public var localUfrag: String { ice.local.ufrag }

  let configuration: PeerConfiguration
  let cname: String
  let ssrc: UInt32
  var phase = Phase.connecting
  var ice: ICEAgent
  var dtls: DTLSTransport
  var media: SecureMedia?
  var sender: RTPSender
  var counters: PeerStatistics

  private var outputs: [Output<Event>] = []
  private var nextOutput = 0
  private var validation = AddressValidation()
  var nextReport: Instant?
  /// Until when a request for a key frame is held back, and whether one is.
  var keyframeHold: (until: Instant, isRequested: Bool)?
  /// The last full intra request, whose repetitions mean nothing.
  var lastFullIntraRequest: UInt8?

  /// Answers `offer`.
  public init(
    offer: String, configuration: PeerConfiguration, random: inout some RandomNumberGenerator
  ) throws(PeerError) {
    let local = ICECredentials(random: &random)
    let identity = StreamIdentity(random: &random)
    let answer = try Self.answer(offer, as: local, identity: identity, configuration: configuration)
    let video = answer.session.video
    let remote = ICECredentials(ufrag: answer.session.remoteUfrag, password: answer.session.remotePassword)
    guard let remote else { throw .invalidCredentials }
    let fingerprints = answer.session.remoteFingerprints.compactMap {
      DTLS.Fingerprint(algorithm: $0.algorithm, value: $0.value)
    }
    guard !fingerprints.isEmpty else { throw .noFingerprint }

    do {
      dtls = try DTLSTransport(role: .server, certificate: configuration.certificate, accepting: fingerprints)
    } catch {
      throw .transport(error)
    }
    ice = ICEAgent(
      lite: local, remote: remote, consentTimeout: configuration.consentTimeout, random: &random)
    sender = RTPSender(
      configuration: .init(
        ssrc: identity.ssrc, payloadType: video.payloadType,
        retransmission: video.rtxPayloadType.map { .init(ssrc: identity.rtxSSRC, payloadType: $0) },
        extensions: HeaderExtensions(
          playoutDelayID: video.playoutDelayExtension, midID: video.midExtension, mid: video.mid)),
      random: &random)
    counters = PeerStatistics(reception: sender.reception)
    self.answer = answer.text
    session = answer.session
    self.configuration = configuration
    cname = identity.cname
    ssrc = identity.ssrc
  }

  /// Loads what the first connection would otherwise wait for.
  public static func prepare() { SRTPSession.prepareLibrary() }

  public var isConnected: Bool { phase == .connected }
  public var isClosed: Bool { phase == .closed }

  /// Where frames go: the address that ICE nominated; nil before that and without consent.
  public var remoteAddress: TransportAddress? { ice.selectedPath?.remote }
  /// Where they leave from.
  public var localAddress: TransportAddress? { ice.selectedPath?.local }

  /// Whether the viewer proved to be at `address`: datagrams from there may be given to this connection.
  public func isVerified(_ address: TransportAddress) -> Bool { ice.isVerified(address) }

  /// Whether it did so after `time`.
  public func isVerified(_ address: TransportAddress, since time: Instant) -> Bool {
    ice.isVerified(address, since: time)
  }

  public var statistics: PeerStatistics {
    var result = counters
    result.packetsSent = sender.packetCount
    result.bytesSent = sender.byteCount
    result.packetsResent = sender.resentCount
    result.reception = sender.reception
    result.timestampOffset = sender.timestampOffset
    result.iceDrops = ice.drops
    result.dtlsDrops = dtls.drops
    return result
  }

  public var deadline: Instant? {
    guard phase != .closed else { return nil }
    var earliest = phase == .connecting ? connectDeadline : nil
    let requested = keyframeHold.flatMap { $0.isRequested ? $0.until : nil }
    for candidate in [ice.deadline, dtls.deadline, nextReport, requested] {
      if let candidate { earliest = min(earliest ?? candidate, candidate) }
    }
    return earliest
  }

  /// An offer that no connectivity check follows holds a viewer's place for half as long.
  private var connectDeadline: Instant {
    configuration.now + (ice.checksAnswered == 0 ? configuration.connectTimeout / 2 : configuration.connectTimeout)
  }

  public mutating func receive(
    _ payload: borrowing RawSpan, from: TransportAddress, to: TransportAddress, at now: Instant
  ) {
    guard phase != .closed else { return counters.drops.count(.afterClosed) }
    guard let kind = PacketKind(payload) else { return counters.drops.count(.unknownKind) }
    if kind == .stun { ice.receive(payload, from: from, to: to, at: now) }
    let isVerified = ice.isVerified(from)
    if isVerified { validation.received(payload.byteCount, from: from, keeping: ice.selectedPath?.remote) }
    if kind == .stun {
      if ice.isProven(from) { prove(from, at: now) }
      return drainICE(at: now)
    }
    guard isVerified else { return counters.drops.count(.unverifiedAddress) }
    switch kind {
    case .stun: break
    case .dtls:
      validation.handshakePath = (from, to)
      dtls.receive(payload, at: now)
      if dtls.isAnswered, validation.isFlightAddress(from) { prove(from, at: now) }
      drainDTLS(at: now)
    case .rtcp: receiveRTCP(payload, at: now)
    case .rtp: counters.drops.count(.unexpectedMedia)
    }
  }

  public mutating func advance(to now: Instant) {
    guard phase != .closed else { return }
    ice.advance(to: now)
    drainICE(at: now)
    guard phase != .closed else { return }
    if phase == .connecting, now >= connectDeadline {
      return end(dtls.suspicion.map(CloseReason.dtls) ?? .connectTimeout)
    }
    dtls.advance(to: now)
    drainDTLS(at: now)
    guard phase == .connected else { return }
    if let due = nextReport, now >= due {
      sendReport(at: now)
      nextReport = now + configuration.reportInterval
    }
    releaseKeyframeRequest(at: now)
  }

  public mutating func pollOutput() -> Output<Event>? {
    guard nextOutput < outputs.count else {
      outputs.removeAll(keepingCapacity: true)
      nextOutput = 0
      return nil
    }
    nextOutput += 1
    return outputs[nextOutput - 1]
  }

  /// Says goodbye, by RTCP BYE and DTLS close_notify, and ends.
  public mutating func close(at now: Instant) {
    guard phase != .closed else { return }
    if phase == .connected { sendGoodbye(at: now) }
    dtls.close()
    sendHandshake()
    end(.local)
  }

  func transmit(_ payload: [UInt8]) -> Output<Event>? {
    guard let path = ice.selectedPath else { return nil }
    return .transmit(Transmit(payload: payload, from: path.local, to: path.remote))
  }

  /// Appends an output, unless it is a datagram to an address that is not proven and has had its share.
  mutating func emit(_ output: Output<Event>?) {
    guard let output else { return }
    if case .transmit(let datagram) = output, !validation.allows(datagram.payload.count, to: datagram.to) {
      return counters.drops.count(.unprovenAddress)
    }
    outputs.append(output)
  }

  /// Somebody receives at `address`: what was held back may go there.
  private mutating func prove(_ address: TransportAddress, at now: Instant) {
    for datagram in validation.prove(address) { outputs.append(.transmit(datagram)) }
    announceConnection(at: now)
  }

  mutating func end(_ reason: CloseReason) {
    guard phase != .closed else { return }
    phase = .closed
    media = nil
    emit(.event(.closed(reason)))
  }

  private mutating func drainICE(at now: Instant) {
    while let output = ice.pollOutput() {
      switch output {
      case .transmit(let datagram): emit(.transmit(datagram))
      case .event(.connected): announceConnection(at: now)
      case .event(.moved): break
      case .event(.consentExpired): end(.consentExpired)
      }
    }
  }

  private mutating func drainDTLS(at now: Instant) {
    // Whether or not there was room for it, a flight to where nobody has answered yet had better have an answer soon.
    if let address = sendHandshake(), !validation.isProven(address) {
      ice.challenge(address)
      drainICE(at: now)
    }
    switch dtls.pollEvent() {
    case .connected(let keys):
      do {
        media = try SecureMedia(keys)
        announceConnection(at: now)
      } catch {
        end(.dtls(.noProtectionProfile))
      }
    case .closed: end(.peer)
    case .failed(let failure): end(.dtls(failure))
    case nil: break
    }
  }

  /// Sends what DTLS wrote; tells where to.
  @discardableResult
  private mutating func sendHandshake() -> TransportAddress? {
    var address: TransportAddress?
    while let payload = dtls.pollDatagram() {
      guard let path = ice.selectedPath.map({ (remote: $0.remote, local: $0.local) }) ?? validation.handshakePath
      else { continue }
      address = path.remote
      let datagram = Transmit(payload: payload, from: path.local, to: path.remote)
      if validation.allowsFlight(datagram) {
        outputs.append(.transmit(datagram))
      } else {
        counters.drops.count(.unprovenAddress)
      }
    }
    return address
  }

  /// Connected is: a path nominated by ICE at whose end somebody is, and keys from DTLS.
  private mutating func announceConnection(at now: Instant) {
    guard phase == .connecting, media != nil, let path = ice.selectedPath, validation.isProven(path.remote) else {
      return
    }
    phase = .connected
    counters.timeToConnect = now - configuration.now
    nextReport = now + configuration.reportInterval
    emit(.event(.connected))
  }
}
