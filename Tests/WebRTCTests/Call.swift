import DTLS
import Media
import RTP
import SansIO
import WebRTC
import WebRTCTestPeer

/// A connection and a viewer with a link in each direction, in virtual time.
struct Call: ~Copyable {
  var server: PeerConnection
  var viewer: TestPeer
  var toViewer: LossyLink
  var toServer: LossyLink
  var burst = DatagramBurst()
  var stream: SyntheticStream
  /// Whether frames are sent, 30 a second, from the moment that the connection is up.
  var isStreaming = false
  private(set) var now = Instant(nanoseconds: 5_000_000_000)
  private(set) var serverEvents: [PeerConnection.Event] = []
  private(set) var received: [ReceivedFrame] = []
  private(set) var viewerClosed: String?
  /// What was sent, by RTP time stamp.
  private(set) var sent: [(sent: SentFrame, data: [UInt8])] = []
  /// Bytes that the server sent.
  private(set) var bytesSent = 0
  private(set) var lastToServer: Transmit?
  private var nextFrame = Instant(nanoseconds: 0)
  private var wantsKeyframe = true

  static let serverAddress = TransportAddress(.v4(0x0A00_0001), port: 8189)
  static let viewerAddress = TransportAddress(.v4(0x0A00_0002), port: 50_000)
  static let serverCertificate = try! Certificate.generate()
  static let viewerCertificate = try! Certificate.generate()

  init(
    _ conditions: LossyLink.Conditions = .init(), seed: UInt64, codecs: [VideoCodec] = [.h264, .vp8],
    configure: (inout TestPeer.Configuration) -> Void = { _ in }
  ) throws {
    var random = SeededGenerator(seed: seed)
    var configuration = TestPeer.Configuration(
      localAddress: Self.viewerAddress, certificate: Self.viewerCertificate)
    configuration.codecs = codecs
    configure(&configuration)
    var viewer = TestPeer(configuration: configuration, random: &random)
    let server = try PeerConnection(
      offer: viewer.offer,
      configuration: PeerConfiguration(
        certificate: Self.serverCertificate, localAddresses: [Self.serverAddress], now: now,
        wallClockOffset: 1_700_000_000_000_000_000),
      random: &random)
    try viewer.accept(answer: server.answer, at: now)
    stream = SyntheticStream(1, codec: server.session.video.codec)
    toViewer = LossyLink(conditions, seed: seed &* 2)
    toServer = LossyLink(conditions, seed: seed &* 2 &+ 1)
    self.viewer = viewer
    self.server = server
  }

  var closeReason: CloseReason? {
    for case .closed(let reason) in serverEvents { return reason }
    return nil
  }

  var keyframeRequests: Int { serverEvents.count { $0 == .keyframeRequested } }

  /// Lets `duration` pass.
  mutating func run(for duration: Duration) {
    let end = now + duration
    exchange()
    while true {
      var due = [server.deadline, viewer.deadline, toViewer.deadline, toServer.deadline].compactMap { $0 }.min()
      if isStreaming, server.isConnected { due = min(due ?? nextFrame, nextFrame) }
      guard let due, due <= end else { break }
      now = max(now, due)
      server.advance(to: now)
      viewer.advance(to: now)
      if isStreaming, server.isConnected, now >= nextFrame {
        sendFrame()
        nextFrame = now + .nanoseconds(33_333_333)
      }
      exchange()
    }
    now = end
  }

  /// Runs until the connection is up, at most `limit`.
  mutating func connect(within limit: Duration = .seconds(10)) -> Bool {
    let end = now + limit
    while !(server.isConnected && viewer.isConnected), now < end, !server.isClosed { run(for: .milliseconds(10)) }
    return server.isConnected && viewer.isConnected
  }

  /// Sends the next frame of `stream`, a key frame if one is wanted.
  @discardableResult
  mutating func sendFrame(forceKeyframe: Bool = false) -> SentFrame? {
    let (frame, data) = stream.next(isKeyFrame: wantsKeyframe || forceKeyframe)
    return send(frame, data)
  }

  @discardableResult
  mutating func send(_ frame: PacketizedFrame, _ data: [UInt8]) -> SentFrame? {
    guard let result = server.send(frame, burst: &burst) else { return nil }
    if frame.isKeyFrame { wantsKeyframe = false }
    sent.append((result, data))
    for index in 0..<burst.count {
      let payload = burst.bytes(at: index).withUnsafeBytes { [UInt8]($0) }
      bytesSent += payload.count
      if let path = server.path { toViewer.send(Transmit(payload: payload, on: path), at: now) }
    }
    burst.removeAll()
    return result
  }

  /// Gives a datagram to the server as if it came from `address`.
  mutating func inject(_ datagram: [UInt8], from address: TransportAddress = Call.viewerAddress) {
    server.receive(datagram.span.bytes, on: NetworkPath(local: Self.serverAddress, remote: address), at: now)
    resend()
    exchange()
  }

  /// Sends again what the viewer misses, as the driver does after each datagram.
  private mutating func resend() {
    guard server.hasMissingPackets else { return }
    server.resend(into: &burst, at: now)
    for index in 0..<burst.count {
      let payload = burst.bytes(at: index).withUnsafeBytes { [UInt8]($0) }
      bytesSent += payload.count
      if let path = server.path { toViewer.send(Transmit(payload: payload, on: path), at: now) }
    }
    burst.removeAll()
  }

  mutating func closeServer() {
    server.close(at: now)
    exchange()
  }

  mutating func closeViewer() {
    viewer.close(at: now)
    exchange()
  }

  /// Moves outputs to the links, and what has arrived out of them.
  mutating func exchange() {
    var isBusy = true
    while isBusy {
      isBusy = false
      while let output = server.pollOutput() {
        isBusy = true
        switch output {
        case .transmit(let datagram):
          bytesSent += datagram.payload.count
          toViewer.send(datagram, at: now)
        case .event(let event):
          serverEvents.append(event)
          if event == .keyframeRequested { wantsKeyframe = true }
        }
      }
      while let output = viewer.pollOutput() {
        isBusy = true
        switch output {
        case .transmit(let datagram):
          lastToServer = datagram
          toServer.send(datagram, at: now)
        case .event(.connected): break
        case .event(.frame(let frame)): received.append(frame)
        case .event(.closed(let reason)): viewerClosed = reason
        }
      }
      while let datagram = toServer.receive(at: now) {
        isBusy = true
        server.receive(datagram.payload.span.bytes, on: datagram.path.reversed, at: now)
        resend()
      }
      while let datagram = toViewer.receive(at: now) {
        isBusy = true
        viewer.receive(datagram.payload.span.bytes, on: datagram.path.reversed, at: now)
      }
    }
  }
}
