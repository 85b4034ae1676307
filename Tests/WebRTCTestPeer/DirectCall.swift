import DTLS
import SansIO
import WebRTC

/// A connection and its viewer, without a network between them, in virtual time.
public struct DirectCall: ~Copyable {
  public static let path = NetworkPath(
    local: TransportAddress(.v4(0x0A00_0001), port: 8189), remote: TransportAddress(.v4(0x0A00_0002), port: 50_000))

  private static let start = Instant(nanoseconds: 5_000_000_000)

  public var server: PeerConnection
  public var viewer: TestPeer
  public private(set) var now = DirectCall.start
  /// Why the server has closed.
  public private(set) var reason: CloseReason?
  /// The last datagram that the viewer sent.
  public private(set) var lastToServer: [UInt8] = []
  private var burst = DatagramBurst()

  /// A call that is up.
  public static func connected(
    server certificate: Certificate, viewer other: Certificate, seed: UInt64 = 1
  ) throws -> DirectCall {
    var random = SeededGenerator(seed: seed)
    var viewer = TestPeer(configuration: .init(localAddress: path.remote, certificate: other), random: &random)
    let server = try PeerConnection(
      offer: viewer.offer, configuration: .init(certificate: certificate, localAddresses: [path.local], now: start),
      random: &random)
    try viewer.accept(answer: server.answer, at: start)
    var call = DirectCall(server: server, viewer: viewer)
    call.exchange()
    call.pass(.seconds(1))
    precondition(call.server.isConnected && call.viewer.isConnected, "nothing is between them")
    return call
  }

  private init(server: consuming PeerConnection, viewer: consuming TestPeer) {
    self.server = server
    self.viewer = viewer
  }

  /// Gives a datagram to the server as if it came from `address`.
  public mutating func give(_ datagram: [UInt8], from address: TransportAddress = path.remote) {
    server.receive(
      datagram.span.bytes, on: NetworkPath(local: Self.path.local, remote: address), at: now)
    resend()
    exchange()
  }

  public mutating func pass(_ duration: Duration) {
    let end = now + duration
    while let due = [server.deadline, viewer.deadline].compactMap({ $0 }).min(), due <= end {
      now = max(now, due)
      server.advance(to: now)
      viewer.advance(to: now)
      exchange()
    }
    now = end
  }

  /// Passes datagrams on until both are silent.
  public mutating func exchange() {
    var isBusy = true
    while isBusy {
      isBusy = false
      while let output = server.pollOutput() {
        isBusy = true
        switch output {
        case .transmit(let datagram) where datagram.path == Self.path:
          viewer.receive(datagram.payload.span.bytes, on: Self.path.reversed, at: now)
        case .event(.closed(let reason)): self.reason = reason
        case .transmit, .event: break
        }
      }
      while let datagram = nextFromViewer() {
        isBusy = true
        server.receive(datagram.span.bytes, on: Self.path, at: now)
        resend()
      }
    }
  }

  /// What the viewer sends next.
  public mutating func nextFromViewer() -> [UInt8]? {
    while let output = viewer.pollOutput() {
      guard case .transmit(let datagram) = output else { continue }
      lastToServer = datagram.payload
      return datagram.payload
    }
    return nil
  }

  /// What a driver does after each datagram.
  private mutating func resend() {
    guard server.hasMissingPackets else { return }
    burst.removeAll()
    server.resend(into: &burst, at: now)
    for index in 0..<burst.count {
      let payload = burst.bytes(at: index).withUnsafeBytes { [UInt8]($0) }
      viewer.receive(payload.span.bytes, on: Self.path.reversed, at: now)
    }
  }
}
