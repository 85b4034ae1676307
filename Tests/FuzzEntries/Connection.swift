import DTLS
import ICE
import RTP
import SDP
import SansIO
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
    var fuzzed = try FuzzedCall(server: certificates.server, viewer: certificates.viewer)
    fuzzed.takeSteps(&input)
    precondition(fuzzed.saidGoodbye || !fuzzed.call.server.isClosed, "\(fuzzed.call.reason.map { "\($0)" } ?? "")")
    // It is still there in more than name.
    guard !fuzzed.saidGoodbye else { return }
    fuzzed.call.pass(.seconds(6))
    precondition(!fuzzed.call.server.isClosed && fuzzed.call.server.isConnected)
    fuzzed.call.viewer.close(at: fuzzed.call.now)
    fuzzed.call.exchange()
    precondition(fuzzed.call.server.isClosed && fuzzed.call.reason == .peer)
  } catch {
    preconditionFailure("\(error)")
  }
}

/// A call that is up, and what the fuzzer knows of it.
private struct FuzzedCall: ~Copyable {
  static let stranger = TransportAddress(.v4(0x0A00_0003), port: 50_000)

  var call: DirectCall
  /// Whether RTCP under the viewer's keys held a BYE.
  var saidGoodbye = false
  private let lite: ICECredentials
  private let remote: ICECredentials
  private var transactions: UInt64 = 0

  init(server: Certificate, viewer: Certificate) throws {
    let call = try DirectCall.connected(server: server, viewer: viewer)
    (lite, remote) = (try Self.credentials(call.server.answer), try Self.credentials(call.viewer.offer))
    self.call = call
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
      case 0: if let junk = bytes(&input) { call.give(junk) }
      case 1: if let record = record(&input) { call.give(record) }
      case 2:
        if let check = check(&input) { call.give(check, from: step & 8 == 0 ? DirectCall.path.remote : Self.stranger) }
      case 3: if let compound = bytes(&input) { report(compound) }
      case 4: if let harmed = harmed(&input) { call.give(harmed) }
      case 5: if let rest = bytes(&input) { call.give([0x80 | step >> 3] + rest) }
      case 6: call.pass(.milliseconds(10 * Int64(input.nextUInt8() ?? 0)))
      default: if let junk = bytes(&input) { call.give(junk, from: Self.stranger) }
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
    call.viewer.sendRTCP { writer, _ in writer.write(compound) }
    call.exchange()
  }

  private func harmed(_ input: inout FuzzInput) -> [UInt8]? {
    guard let place = input.nextUInt16(), let value = input.nextUInt8(), !call.lastToServer.isEmpty else { return nil }
    var harmed = call.lastToServer
    harmed[Int(place) % harmed.count] ^= value
    return harmed
  }
}
