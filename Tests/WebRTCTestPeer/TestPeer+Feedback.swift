import RTP
import SansIO

extension TestPeer {
  /// Asks for missing packets, and for a key frame when the picture cannot be saved.
  mutating func sendFeedback(at now: Instant) {
    guard let source = answer?.source, media != nil,
      let (numbers, needsKeyframe) = receiver?.requests(at: now)
    else { return }
    if configuration.sendsNACK, !numbers.isEmpty {
      counters.nacksSent += 1
      sendRTCP { GenericNACK(sender: $1, media: source, sequenceNumbers: numbers).write(to: &$0) }
    }
    if needsKeyframe { requestKeyframe() }
    for frame in receiver?.takeFrames() ?? [] { emit(.event(.frame(frame))) }
  }

  /// Sends a PLI.
  public mutating func requestKeyframe() {
    guard let source = answer?.source else { return }
    counters.keyframeRequestsSent += 1
    sendRTCP { PictureLossIndication(sender: $1, media: source).write(to: &$0) }
  }

  /// Sends a FIR; the same number again is the same request.
  public mutating func requestFullIntra(number: UInt8) {
    guard let source = answer?.source else { return }
    sendRTCP {
      FullIntraRequest(sender: $1, entries: [.init(ssrc: source, sequenceNumber: number)]).write(to: &$0)
    }
  }

  /// Asks for `sequenceNumbers` again, whatever has arrived.
  public mutating func requestPackets(_ sequenceNumbers: [UInt16]) {
    guard let source = answer?.source else { return }
    sendRTCP { GenericNACK(sender: $1, media: source, sequenceNumbers: sequenceNumbers).write(to: &$0) }
  }

  mutating func sendReport(at now: Instant) {
    guard let source = answer?.source, let receiver else { return }
    let block = reports.block(about: source, from: receiver, at: now)
    sendRTCP { ReceiverReport(ssrc: $1, blocks: block.map { [$0] } ?? []).write(to: &$0) }
  }

  mutating func sendGoodbye() {
    sendRTCP {
      ReceiverReport(ssrc: $1, blocks: []).write(to: &$0)
      Goodbye(sources: [$1]).write(to: &$0)
    }
  }

  /// Protects and sends what `body` writes; it is given this side's source.
  public mutating func sendRTCP(_ body: (inout ByteWriter, UInt32) -> Void) {
    var writer = ByteWriter(capacity: 128)
    body(&writer, ssrc)
    let count = writer.bytes.count
    var bytes = writer.bytes + [UInt8](repeating: 0, count: 32)
    let length = bytes.withUnsafeMutableBytes { try? media?.outbound.protectRTCP($0, count: count) }
    if let length { transmit(Array(bytes[..<length])) }
  }
}
