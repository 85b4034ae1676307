import DTLS
import ICE
import RTP
import SDP
import SRTP
import SansIO

/// One viewer: ICE, then DTLS, then SRTP, then RTP, in that order (RFC 8834, RFC 8827).
///
/// A sans-IO engine: datagrams and time go in, datagrams and events come out. Media goes the short way: `send` writes a
/// whole frame, protected, into the caller's burst, and `resend` what the viewer misses. Nothing that a peer sends traps or grows without bound; what is
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

  enum Phase {
    /// With keys as soon as DTLS is done, which may be before ICE.
    case connecting(SecureMedia?)
    case connected(SecureMedia)
    case closed
  }

  /// The answer to the viewer's offer, as SDP.
  public let answer: String
  /// What the two agreed on.
  public let session: NegotiatedSession
  /// The name that the viewer's connectivity checks are addressed to.
  public var localUfrag: String { ice.local.ufrag }

  let configuration: PeerConfiguration
  let cname: String
  var phase = Phase.connecting(nil)
  var ice: ICEAgent
  var dtls: DTLSTransport
  /// The sections that media is sent in, in the order of the answer.
  var transceivers: [Transceiver]
  var counters: PeerStatistics

  private var outputs = OutputQueue<Event>()
  private var validation = AddressValidation()
  var nextReport: Instant?

  /// Answers `offer`.
  public init(
    offer: String, configuration: PeerConfiguration, random: inout some RandomNumberGenerator
  ) throws(PeerError) {
    let local = ICECredentials(random: &random)
    let identity = StreamIdentity(random: &random)
    let answer = try Self.answer(offer, as: local, identity: identity, configuration: configuration)
    let remote = ICECredentials(ufrag: answer.session.remoteUfrag, password: answer.session.remotePassword)
    guard let remote else { throw .invalidCredentials }

    do {
      dtls = try DTLSTransport(
        role: .server, certificate: configuration.certificate, accepting: answer.session.remoteFingerprints)
    } catch {
      throw .transport(error)
    }
    ice = ICEAgent(
      lite: local, remote: remote, consentTimeout: configuration.consentTimeout, random: &random)
    let video = Transceiver(
      video: answer.session.video, identity: identity, keyframeInterval: configuration.keyframeRequestInterval,
      random: &random)
    transceivers = [video]
    counters = PeerStatistics(reception: video.sender.reception)
    self.answer = answer.text
    session = answer.session
    self.configuration = configuration
    cname = identity.cname
  }

  /// Loads what the first connection would otherwise wait for.
  public static func prepare() { SRTPSession.prepareLibrary() }

  public var isConnected: Bool { if case .connected = phase { true } else { false } }
  public var isClosed: Bool { if case .closed = phase { true } else { false } }
  private var isConnecting: Bool { if case .connecting = phase { true } else { false } }

  /// The path that ICE nominated, on which frames go; nil before that and without consent.
  public var path: NetworkPath? { ice.selectedPath }

  /// Whether the viewer proved to be at `address`: datagrams from there may be given to this connection.
  public func isVerified(_ address: TransportAddress) -> Bool { ice.isVerified(address) }

  /// Whether it did so after `time`.
  public func isVerified(_ address: TransportAddress, since time: Instant) -> Bool {
    ice.isVerified(address, since: time)
  }

  public var statistics: PeerStatistics {
    var result = counters
    for transceiver in transceivers {
      result.packetsSent &+= transceiver.sender.counters.packets
      result.bytesSent &+= transceiver.sender.counters.bytes
      result.packetsResent &+= transceiver.sender.counters.resentPackets
    }
    if let video = transceivers.first?.sender {
      result.reception = video.reception
      result.timestampOffset = video.timestampOffset
    }
    result.iceDrops = ice.drops
    result.dtlsDrops = dtls.drops
    return result
  }

  public var deadline: Instant? {
    guard !isClosed else { return nil }
    var earliest = isConnecting ? connectDeadline : nil
    func note(_ candidate: Instant?) {
      if let candidate { earliest = min(earliest ?? candidate, candidate) }
    }
    note(ice.deadline)
    note(dtls.deadline)
    note(nextReport)
    for transceiver in transceivers { note(transceiver.keyframes.deadline) }
    return earliest
  }

  /// An offer that no connectivity check follows holds a viewer's place for half as long.
  private var connectDeadline: Instant {
    configuration.now + (ice.checksAnswered == 0 ? configuration.connectTimeout / 2 : configuration.connectTimeout)
  }

  public mutating func receive(_ payload: borrowing RawSpan, on path: NetworkPath, at now: Instant) {
    receive(payload, PacketKind(payload), on: path, at: now)
  }

  /// The same for a datagram whose kind has been looked at.
  public mutating func receive(
    _ payload: borrowing RawSpan, _ kind: PacketKind?, on path: NetworkPath, at now: Instant
  ) {
    guard !isClosed else { return counters.drops.count(.afterClosed) }
    guard let kind else { return counters.drops.count(.unknownKind) }
    if kind == .stun { ice.receive(payload, on: path, at: now) }
    let isVerified = ice.isVerified(path.remote)
    if isVerified { validation.received(payload.byteCount, from: path.remote, keeping: ice.selectedPath?.remote) }
    if kind == .stun {
      if ice.isProven(path.remote) { prove(path.remote, at: now) }
      return drainICE(at: now)
    }
    guard isVerified else { return counters.drops.count(.unverifiedAddress) }
    switch kind {
    case .stun: break
    case .dtls:
      validation.handshakePath = path
      dtls.receive(payload, at: now)
      if dtls.isAnswered, validation.isFlightAddress(path.remote) { prove(path.remote, at: now) }
      drainDTLS(at: now)
    case .rtcp: receiveRTCP(payload, at: now)
    case .rtp: counters.drops.count(.unexpectedMedia)
    }
  }

  public mutating func advance(to now: Instant) {
    guard !isClosed else { return }
    ice.advance(to: now)
    drainICE(at: now)
    guard !isClosed else { return }
    if isConnecting, now >= connectDeadline {
      return end(dtls.suspicion.map(CloseReason.dtls) ?? .connectTimeout)
    }
    dtls.advance(to: now)
    drainDTLS(at: now)
    guard case .connected(let media) = phase else { return }
    if let due = nextReport, now >= due {
      sendReports(by: media, at: now)
      nextReport = now + configuration.reportInterval
    }
    for index in transceivers.indices where transceivers[index].keyframes.release(at: now) {
      emit(.event(.keyframeRequested))
    }
  }

  public mutating func pollOutput() -> Output<Event>? { outputs.take() }

  /// Says goodbye, by RTCP BYE and DTLS close_notify, and ends.
  public mutating func close(at now: Instant) {
    guard !isClosed else { return }
    if case .connected(let media) = phase { sendGoodbye(by: media, at: now) }
    dtls.close()
    sendHandshake()
    end(.local)
  }

  func transmit(_ payload: [UInt8]) -> Output<Event>? {
    guard let path = ice.selectedPath else { return nil }
    return .transmit(Transmit(payload: payload, on: path))
  }

  /// Appends an output, unless it is a datagram to an address that is not proven and has had its share.
  mutating func emit(_ output: Output<Event>?) {
    guard let output else { return }
    if case .transmit(let datagram) = output, !validation.allows(datagram.payload.count, to: datagram.path.remote) {
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
    guard !isClosed else { return }
    phase = .closed
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
    while let event = dtls.pollEvent() {
      switch event {
      case .connected(let keys): takeKeys(keys, at: now)
      case .data: counters.drops.count(.unexpectedData)
      case .closed: end(.peer)
      case .failed(let failure): end(.dtls(failure))
      }
    }
  }

  private mutating func takeKeys(_ keys: SRTPKeyingMaterial, at now: Instant) {
    guard isConnecting else { return }
    do {
      phase = .connecting(try SecureMedia(keys))
      announceConnection(at: now)
    } catch {
      end(.dtls(.noProtectionProfile))
    }
  }

  /// Sends what DTLS wrote; tells where to.
  @discardableResult
  private mutating func sendHandshake() -> TransportAddress? {
    var address: TransportAddress?
    while let payload = dtls.pollDatagram() {
      guard let path = ice.selectedPath ?? validation.handshakePath else { continue }
      address = path.remote
      let datagram = Transmit(payload: payload, on: path)
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
    guard case .connecting(.some(let media)) = phase, let path = ice.selectedPath, validation.isProven(path.remote)
    else { return }
    phase = .connected(media)
    counters.timeToConnect = now - configuration.now
    nextReport = now + configuration.reportInterval
    emit(.event(.connected))
  }
}
