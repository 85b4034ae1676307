import DTLS
import ICE
import RTP
import SDP
import SansIO
import WebRTC
import WebRTCTestPeer

private let certificates = try? (server: Certificate.generate(), viewer: Certificate.generate())

/// Gives a connected viewer's connection whatever comes: no session may end of it, unless the viewer said goodbye.
///
/// The keys and the passwords are known here, so that authentic nonsense comes too. Each step is a byte that says what:
/// junk, a DTLS record, a signed check, RTCP under the viewer's keys, the last true datagram damaged, RTP, time that
/// passes, or junk from elsewhere; then what it needs.
public func fuzzConnection(_ bytes: UnsafeRawBufferPointer) {
  guard let certificates else { preconditionFailure("no certificate can be made") }
  var input = FuzzInput(bytes: bytes)
  do {
    var pair = try ConnectedPair.connected(server: certificates.server, viewer: certificates.viewer)
    pair.takeSteps(&input)
    precondition(pair.saidGoodbye || !pair.server.isClosed, "\(pair.reason.map { "\($0)" } ?? "")")
    // It is still there in more than name.
    guard !pair.saidGoodbye else { return }
    pair.pass(.seconds(6))
    precondition(!pair.server.isClosed && pair.server.isConnected)
    pair.viewer.close(at: pair.now)
    pair.exchange()
    precondition(pair.server.isClosed && pair.reason == .peer)
  } catch {
    preconditionFailure("\(error)")
  }
}

/// A connection and its viewer, without a network between them, in virtual time.
private struct ConnectedPair: ~Copyable {
  static let serverAddress = TransportAddress(.v4(0x0A00_0001), port: 8189)
  static let viewerAddress = TransportAddress(.v4(0x0A00_0002), port: 50_000)
  static let stranger = TransportAddress(.v4(0x0A00_0003), port: 50_000)

  private static let start = Instant(nanoseconds: 5_000_000_000)

  var server: PeerConnection
  var viewer: TestPeer
  var now = ConnectedPair.start
  /// Whether RTCP under the viewer's keys held a BYE.
  var saidGoodbye = false
  var reason: CloseReason?
  private var last: [UInt8] = []
  private let lite: ICECredentials
  private let remote: ICECredentials
  private var transactions: UInt64 = 0

  static func connected(server certificate: Certificate, viewer other: Certificate) throws -> ConnectedPair {
    var random = SeededGenerator(seed: 1)
    var viewer = TestPeer(configuration: .init(localAddress: viewerAddress, certificate: other), random: &random)
    let server = try PeerConnection(
      offer: viewer.offer,
      configuration: .init(certificate: certificate, localAddresses: [serverAddress], now: start), random: &random)
    let (lite, remote) = (try credentials(server.answer), try credentials(viewer.offer))
    try viewer.accept(answer: server.answer, at: start)
    var pair = ConnectedPair(server: server, viewer: viewer, lite: lite, remote: remote)
    pair.exchange()
    pair.pass(.seconds(1))
    precondition(pair.server.isConnected && pair.viewer.isConnected)
    return pair
  }

  private init(
    server: consuming PeerConnection, viewer: consuming TestPeer, lite: ICECredentials, remote: ICECredentials
  ) {
    self.server = server
    self.viewer = viewer
    self.lite = lite
    self.remote = remote
  }

  private static func credentials(_ text: String) throws -> ICECredentials {
    let video = try SessionDescription(parsing: text).media.first { $0.kind == "video" }
    guard let found = ICECredentials(ufrag: video?.iceUfrag ?? "", password: video?.icePassword ?? "") else {
      preconditionFailure("no credentials")
    }
    return found
  }

  mutating func takeSteps(_ input: inout FuzzInput) {
    // As many as fit thirty seconds many times over.
    for _ in 0..<256 {
      guard let step = input.nextUInt8() else { return }
      switch step % 8 {
      case 0: if let junk = bytes(&input) { give(junk) }
      case 1: if let record = record(&input) { give(record) }
      case 2: if let check = check(&input) { give(check, from: step & 8 == 0 ? Self.viewerAddress : Self.stranger) }
      case 3: if let compound = bytes(&input) { report(compound) }
      case 4: if let harmed = harmed(&input) { give(harmed) }
      case 5: if let rest = bytes(&input) { give([0x80 | step >> 3] + rest) }
      case 6: pass(.milliseconds(10 * Int64(input.nextUInt8() ?? 0)))
      default: if let junk = bytes(&input) { give(junk, from: Self.stranger) }
      }
    }
  }

  private func bytes(_ input: inout FuzzInput) -> [UInt8]? { input.nextUInt8().flatMap { input.next(Int($0)) } }

  /// Type, version, epoch, number and contents are the fuzzer's; the length is right more often than not.
  private func record(_ input: inout FuzzInput) -> [UInt8]? {
    guard let type = input.nextUInt8(), let choice = input.nextUInt8(), let number = input.nextUInt16(),
      let body = bytes(&input)
    else { return nil }
    let version: [UInt8] = choice & 1 == 0 ? [0xFE, 0xFD] : [0xFE, UInt8(truncatingIfNeeded: number)]
    let epoch: [UInt8] = [0, choice >> 1 & 3]
    let sequence: [UInt8] = [choice >> 6, 0, 0, 0, UInt8(number >> 8), UInt8(number & 0xFF)]
    let length = choice & 32 == 0 ? body.count : Int(number)
    return [20 + type % 44] + version + epoch + sequence + [UInt8(length >> 8 & 0xFF), UInt8(length & 0xFF)] + body
  }

  private mutating func check(_ input: inout FuzzInput) -> [UInt8]? {
    guard let choice = input.nextUInt8(), let type = input.nextUInt16(), let value = bytes(&input) else { return nil }
    transactions += 1
    var check = STUNMessage(
      STUNMessage.Class(rawValue: choice & 3) ?? .request, .init(rawValue: choice & 64 == 0 ? 1 : UInt16(choice)),
      transaction: .init(high: 7, low: transactions),
      attributes: [.username("\(lite.ufrag):\(remote.ufrag)"), .priority(UInt32(type) << 8)])
    check.attributes.append(choice & 4 == 0 ? .iceControlling(tieBreaker: 1) : .iceControlled(tieBreaker: 1))
    if choice & 8 == 0 { check.attributes.append(.useCandidate) }
    if choice & 16 == 0 { check.attributes.append(.other(type: type, value: value)) }
    return check.encoded(password: choice & 32 == 0 ? lite.password : remote.password)
  }

  private mutating func report(_ compound: [UInt8]) {
    if let packets = try? RTCPPacket.parse(compound.span.bytes) {
      for case .goodbye in packets { saidGoodbye = true }
    }
    viewer.sendRTCP { writer, _ in writer.write(compound) }
    exchange()
  }

  private func harmed(_ input: inout FuzzInput) -> [UInt8]? {
    guard let place = input.nextUInt16(), let value = input.nextUInt8(), !last.isEmpty else { return nil }
    var harmed = last
    harmed[Int(place) % last.count] ^= value
    return harmed
  }

  private mutating func give(_ datagram: [UInt8], from address: TransportAddress = viewerAddress) {
    server.receive(datagram.span.bytes, from: address, to: Self.serverAddress, at: now)
    exchange()
  }

  mutating func pass(_ duration: Duration) {
    let end = now + duration
    while let due = [server.deadline, viewer.deadline].compactMap({ $0 }).min(), due <= end {
      now = max(now, due)
      server.advance(to: now)
      viewer.advance(to: now)
      exchange()
    }
    now = end
  }

  mutating func exchange() {
    var isBusy = true
    while isBusy {
      isBusy = false
      while let output = server.pollOutput() {
        isBusy = true
        switch output {
        case .transmit(let datagram) where datagram.to == Self.viewerAddress:
          viewer.receive(datagram.payload.span.bytes, from: datagram.from, to: datagram.to, at: now)
        case .event(.closed(let reason)): self.reason = reason
        case .transmit, .event: break
        }
      }
      while let output = viewer.pollOutput() {
        isBusy = true
        guard case .transmit(let datagram) = output else { continue }
        last = datagram.payload
        server.receive(datagram.payload.span.bytes, from: datagram.from, to: datagram.to, at: now)
      }
    }
  }
}
