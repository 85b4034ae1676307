import DTLS
import ICE
import Media
import RTP
import SDP
import SRTP
import SansIO
import WebRTC

/// A viewer: it offers as Chromium does, controls ICE, is the DTLS client, and receives one video stream.
///
/// Sans-IO like what it tests, and cheap enough for a bench to run forty of them over real sockets.
public struct TestPeer: ProtocolEngine, ~Copyable {
  public enum Event: Sendable {
    case connected
    case frame(ReceivedFrame)
    /// The other side said BYE or close_notify, or the handshake failed.
    case closed(reason: String)
  }

  public struct Configuration: Sendable {
    public var localAddress: TransportAddress
    public var certificate: Certificate
    public var codecs: [VideoCodec] = [.h264, .vp8]
    /// RTX (RFC 4588); without it lost packets come again as they were.
    public var offersRetransmission = true
    /// Whether missing packets are asked for.
    public var sendsNACK = true
    public var reportInterval: Duration = .seconds(1)
    /// Whether checks that come to this side are answered, as every full agent does.
    public var answersChecks = true
    /// What the offer says instead of the certificate's own fingerprint.
    public var claimedFingerprint: Fingerprint?

    public init(localAddress: TransportAddress, certificate: Certificate) {
      self.localAddress = localAddress
      self.certificate = certificate
    }
  }

  public struct Statistics: Sendable {
    public var packets = 0
    /// Payload bytes, retransmissions included.
    public var bytes = 0
    public var frames = 0
    public var keyFrames = 0
    public var duplicates = 0
    /// Packets that came after they had been asked for.
    public var recovered = 0
    /// Packets that never came.
    public var givenUp = 0
    public var malformed = 0
    public var retransmissions = 0
    public var nacksSent = 0
    public var keyframeRequestsSent = 0
    public var senderReports = 0
    public var lastSenderReport: SenderReport?
    /// Datagrams that SRTP refused: damaged, repeated.
    public var refused = 0
    public var firstFrame: Instant?
    public var connected: Instant?
    /// From the last sender report.
    public var cname: String?
  }

  public let configuration: Configuration
  public let offer: String
  /// The header extensions of the last packet that had any.
  public internal(set) var lastExtensions: [UInt8: [UInt8]] = [:]
  public internal(set) var lastSequenceNumber: UInt16?

  let ssrc: UInt32
  let credentials: ICECredentials
  private let seed: UInt64
  var answer: AnswerReading?
  var ice: ICEControllingAgent?
  var dtls: DTLSTransport?
  var media: SecureMedia?
  var receiver: VideoReceiver?
  var counters = Statistics()
  var reports = ReportState()
  private var outputs: [Output<Event>] = []
  private var nextOutput = 0
  private var isClosed = false
  private var nextReport: Instant?
  private var scratch = [UInt8](repeating: 0, count: 2048)

  public init(configuration: Configuration, random: inout some RandomNumberGenerator) {
    credentials = ICECredentials(random: &random)
    ssrc = UInt32.random(in: 1...UInt32.max, using: &random)
    seed = random.next()
    let fingerprint = configuration.claimedFingerprint ?? configuration.certificate.fingerprint
    offer =
      BrowserOffer(
        credentials: credentials, fingerprint: fingerprint.description, codecs: configuration.codecs,
        offersRetransmission: configuration.offersRetransmission
      ).text
    self.configuration = configuration
  }

  /// The codec that the answer chose.
  public var codec: VideoCodec? { answer?.codec }
  /// The source of the media stream.
  public var source: UInt32? { answer?.source }
  public var isConnected: Bool { media != nil }
  /// Where the answer says that the other side is.
  public var remoteAddress: TransportAddress? { answer?.remote }

  public var statistics: Statistics {
    var result = counters
    if let video = receiver?.statistics {
      result.packets = video.packets
      result.bytes = video.bytes
      result.frames = video.frames
      result.keyFrames = video.keyFrames
      result.duplicates = video.duplicates
      result.recovered = video.recovered
      result.givenUp = video.givenUp
      result.malformed += video.malformed
      result.firstFrame = video.firstFrame
    }
    return result
  }

  /// Reads the answer and begins to check.
  public mutating func accept(answer text: String, at now: Instant) throws {
    let reading = try AnswerReading(text, isV6: configuration.localAddress.ip.isV6)
    dtls = try DTLSTransport(role: .client, certificate: configuration.certificate, accepting: reading.fingerprints)
    let pair = NetworkPath(local: configuration.localAddress, remote: reading.remote)
    ice = ICEControllingAgent(
      local: credentials, remote: reading.credentials, pairs: [pair], seed: seed, at: now)
    ice?.answersChecks = configuration.answersChecks
    switch reading.codec {
    case .h264: receiver = VideoReceiver(depacketizer: H264Depacketizer())
    case .vp8: receiver = VideoReceiver(depacketizer: VP8Depacketizer())
    }
    answer = reading
    advance(to: now)
  }

  public var deadline: Instant? {
    guard !isClosed else { return nil }
    let feedback = media == nil ? nil : receiver?.deadline
    return [ice?.deadline, handshakeDeadline, feedback, nextReport].compactMap { $0 }.min()
  }

  private var handshakeDeadline: Instant? {
    switch dtls {
    case .some(let transport): transport.deadline
    case .none: nil
    }
  }

  public mutating func receive(_ payload: borrowing RawSpan, on path: NetworkPath, at now: Instant) {
    guard !isClosed else { return }
    switch PacketKind(payload) {
    case .stun:
      ice?.receive(payload, on: path, at: now)
      drainICE(at: now)
    case .dtls:
      dtls?.receive(payload, at: now)
      drainDTLS(at: now)
    case .rtp:
      receiveRTP(payload, at: now)
      sendFeedback(at: now)
    case .rtcp: receiveRTCP(payload, at: now)
    case nil: counters.refused += 1
    }
  }

  public mutating func advance(to now: Instant) {
    guard !isClosed else { return }
    ice?.advance(to: now)
    drainICE(at: now)
    dtls?.advance(to: now)
    drainDTLS(at: now)
    guard media != nil else { return }
    sendFeedback(at: now)
    if let due = nextReport, now >= due {
      sendReport(at: now)
      nextReport = now + configuration.reportInterval
    }
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

  /// Says BYE and close_notify, as a page that is closed does.
  public mutating func close(at now: Instant) {
    guard !isClosed else { return }
    sendGoodbye()
    dtls?.close()
    sendHandshake()
    isClosed = true
  }

  /// Goes away without a word, as a phone that leaves the room does.
  public mutating func vanish() { isClosed = true }

  mutating func emit(_ output: Output<Event>) { outputs.append(output) }

  mutating func transmit(_ payload: [UInt8]) {
    guard let remote = answer?.remote else { return }
    emit(.transmit(Transmit(payload: payload, on: NetworkPath(local: configuration.localAddress, remote: remote))))
  }

  mutating func end(_ reason: String) {
    guard !isClosed else { return }
    isClosed = true
    emit(.event(.closed(reason: reason)))
  }

  /// Lets `body` decrypt a copy of `datagram` where it lies; false when it is too long for a copy.
  mutating func withScratch(_ datagram: RawSpan, _ body: (inout TestPeer, UnsafeMutableRawBufferPointer) -> Void) {
    guard datagram.byteCount <= scratch.count else {
      counters.refused += 1
      return
    }
    var buffer: [UInt8] = []
    swap(&buffer, &scratch)
    buffer.withUnsafeMutableBytes { bytes in
      datagram.withUnsafeBytes { bytes.copyMemory(from: $0) }
      body(&self, UnsafeMutableRawBufferPointer(rebasing: bytes[..<datagram.byteCount]))
    }
    swap(&buffer, &scratch)
  }

  private mutating func drainICE(at now: Instant) {
    while let output = ice?.pollOutput() {
      switch output {
      case .transmit(let datagram): emit(.transmit(datagram))
      case .event(.connected):
        dtls?.start(at: now)
        drainDTLS(at: now)
      case .event(.consentExpired): end("consent expired")
      }
    }
  }

  private mutating func drainDTLS(at now: Instant) {
    sendHandshake()
    while let event = dtls?.pollEvent() {
      switch event {
      case .connected(let keys):
        media = try? SecureMedia(keys)
        counters.connected = now
        nextReport = now + configuration.reportInterval
        emit(.event(.connected))
      case .data: break
      case .closed: end("close_notify")
      case .failed(let failure): end(failure.description)
      }
    }
  }

  private mutating func sendHandshake() {
    while let datagram = dtls?.pollDatagram() { transmit(datagram) }
  }
}
