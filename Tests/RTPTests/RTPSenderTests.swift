import RTP
import SansIO
import Testing

struct RTPSenderTests {
  static let extensions = HeaderExtensions(playoutDelayID: 6, midID: 4, mid: "0")
  let packets = Packets()
  let now = Instant(nanoseconds: 0)

  func sender(retransmission: Bool = true, seed: UInt64 = 1) -> RTPSender {
    var random = SeededGenerator(seed: seed)
    return RTPSender(
      configuration: .init(
        ssrc: 0x1111, payloadType: 102, retransmission: retransmission ? .init(ssrc: 0x2222, payloadType: 103) : nil,
        extensions: Self.extensions), random: &random)
  }

  func frame(_ timestamp: UInt32, count: Int = 3000, isKeyFrame: Bool = false) throws -> PacketizedFrame {
    try #require(
      H264Payloader().payload(annexB([unit(0x41, count: count)]), timestamp: timestamp, isKeyFrame: isKeyFrame))
  }

  /// Leaves the packet as it is, with a tag of 16 bytes.
  func tagged(_ buffer: UnsafeMutableRawBufferPointer, _ count: Int) -> Int {
    for i in count..<count + 16 { buffer[i] = 0xEE }
    return count + 16
  }

  func report(highest: UInt16) -> ReportBlock {
    ReportBlock(
      ssrc: 0x1111, fractionLost: 64, cumulativeLost: 5, highestSequenceNumber: UInt32(highest), jitter: 90,
      lastSenderReport: 0, delaySinceLastSenderReport: 0)
  }

  @Test func `a frame becomes numbered packets with the marker on the last`() throws {
    var sender = sender()
    let first = sender.nextSequenceNumber
    let frame = try frame(3000)
    let sent = try #require(sender.write(frame, into: &packets.burst, reserving: 16, at: now, protect: tagged))
    #expect(sent.packetCount == 3 && sent.byteCount == frame.byteCount && packets.burst.count == 3)
    for index in 0..<3 {
      let header = try packets.header(index)
      #expect(header.sequenceNumber == first &+ UInt16(index))
      #expect(header.timestamp == sent.timestamp && header.ssrc == 0x1111 && header.payloadType == 102)
      #expect(header.hasMarker == (index == 2))
      #expect(header.extensions == [6: [0, 0, 0], 4: [0x30]])
      let packet = packets.bytes(index)
      #expect(Array(packet[header.payload].dropLast(16)) == frame.payload(at: index))
      #expect(packet.count <= PacketizedFrame.maximumDatagram)
    }
    #expect(sender.nextSequenceNumber == first &+ 3 && sender.packetCount == 3)
  }

  @Test func `the longest packet with everything in it fills a datagram`() throws {
    var random = SeededGenerator(seed: 3)
    var sender = RTPSender(
      configuration: .init(
        ssrc: 1, payloadType: 1, retransmission: .init(ssrc: 2, payloadType: 2),
        extensions: HeaderExtensions(playoutDelayID: 1, midID: 2, mid: "1234567")), random: &random)
    let number = sender.nextSequenceNumber
    let frame = try frame(0, count: PacketizedFrame.maximumPayload)
    #expect(sender.write(frame, into: &packets.burst, reserving: 16, at: now, protect: tagged) != nil)
    let nack = GenericNACK(sender: 0, media: 1, sequenceNumbers: [number])
    #expect(sender.resend(nack, into: &packets.burst, reserving: 16, at: now, protect: tagged) == 1)
    #expect(packets.bytes(0).count == PacketizedFrame.maximumDatagram - 2)
    #expect(packets.bytes(1).count == PacketizedFrame.maximumDatagram)
  }

  @Test func `time stamps rise even when a switch repeats or turns back the time`() throws {
    var sender = sender()
    var stamps: [UInt32] = []
    for timestamp: UInt32 in [3000, 6000, 6000, 3000, 9000, UInt32.max, 2] {
      stamps.append(
        try #require(sender.write(try frame(timestamp), into: &packets.burst, reserving: 0, at: now) { $1 }).timestamp)
    }
    let steps = zip(stamps.dropFirst(), stamps).map { $0 &- $1 }
    #expect(steps[0...3] == [3000, 1, 1, 2998])
    #expect(steps.allSatisfy { $0 > 0 })
  }

  @Test func `extensions stop once the receiver has seen them, the delay stays on key frames`() throws {
    var sender = sender()
    sender.receive(report(highest: sender.nextSequenceNumber), at: NTPTime(bits: 0))
    _ = sender.write(try frame(1), into: &packets.burst, reserving: 0, at: now) { $1 }
    #expect(try packets.header(0).extensions.count == 2)
    sender.receive(report(highest: sender.nextSequenceNumber &- 1), at: NTPTime(bits: 0))
    packets.burst.removeAll()
    _ = sender.write(try frame(2, count: 100), into: &packets.burst, reserving: 0, at: now) { $1 }
    _ = sender.write(try frame(3, count: 100, isKeyFrame: true), into: &packets.burst, reserving: 0, at: now) { $1 }
    #expect(try packets.header(0).extensions == [:])
    #expect(try packets.header(1).extensions == [6: [0, 0, 0]])
    #expect(sender.reception.fractionLost == 0.25 && sender.reception.cumulativeLost == 5)
    #expect(sender.reception.jitter == .milliseconds(1))
  }

  @Test func `a frame that does not fit leaves no trace`() throws {
    var sender = sender()
    let number = sender.nextSequenceNumber
    packets.burst = DatagramBurst(byteCapacity: 2500, capacity: 10)
    #expect(sender.write(try frame(1), into: &packets.burst, reserving: 16, at: now, protect: tagged) == nil)
    #expect(packets.burst.isEmpty && sender.nextSequenceNumber == number && sender.packetCount == 0)
  }

  @Test func `a failing protection takes the frame back but spends its numbers`() throws {
    struct Refused: Error {}
    var sender = sender()
    let number = sender.nextSequenceNumber
    var calls = 0
    let sent = sender.write(try frame(1), into: &packets.burst, reserving: 16, at: now) { _, count in
      calls += 1
      if calls == 2 { throw Refused() }
      return count
    }
    #expect(sent == nil && packets.burst.isEmpty)
    #expect(sender.nextSequenceNumber == number &+ 3)
  }

  @Test func `a lost packet comes again in the stream of retransmissions`() throws {
    var sender = sender()
    let number = sender.nextSequenceNumber
    let frame = try frame(1)
    _ = sender.write(frame, into: &packets.burst, reserving: 0, at: now) { $1 }
    let original = try packets.header(2)
    packets.burst.removeAll()
    let nack = GenericNACK(sender: 0, media: 0x1111, sequenceNumbers: [number &+ 2, number &+ 3])
    #expect(sender.resend(nack, into: &packets.burst, reserving: 0, at: now) { $1 } == 1)
    let again = try packets.header(0)
    #expect(again.ssrc == 0x2222 && again.payloadType == 103)
    #expect(again.timestamp == original.timestamp && again.hasMarker)
    let payload = Array(packets.bytes(0)[again.payload])
    #expect(UInt16(payload[0]) << 8 | UInt16(payload[1]) == number &+ 2)
    #expect(Array(payload.dropFirst(2)) == frame.payload(at: 2))
    #expect(sender.resentCount == 1 && sender.packetCount == 3)
  }

  @Test func `without that stream the same bytes come again, whatever was acknowledged meanwhile`() throws {
    var sender = sender(retransmission: false)
    let number = sender.nextSequenceNumber
    _ = sender.write(try frame(1), into: &packets.burst, reserving: 0, at: now) { $1 }
    let original = packets.bytes(1)
    sender.receive(report(highest: number &+ 2), at: NTPTime(bits: 0))
    packets.burst.removeAll()
    let nack = GenericNACK(sender: 0, media: 0x1111, sequenceNumbers: [number &+ 1])
    #expect(sender.resend(nack, into: &packets.burst, reserving: 0, at: now) { $1 } == 1)
    #expect(packets.bytes(0) == original)
  }

  @Test func `a packet is sent again once per round trip and not for another source`() throws {
    var sender = sender()
    let number = sender.nextSequenceNumber
    _ = sender.write(try frame(1), into: &packets.burst, reserving: 0, at: now) { $1 }
    let nack = GenericNACK(sender: 0, media: 0x1111, sequenceNumbers: [number, number, number])
    func resend(_ nack: GenericNACK, after milliseconds: Int) -> Int {
      sender.resend(nack, into: &packets.burst, reserving: 0, at: now + .milliseconds(milliseconds)) { $1 }
    }
    #expect(resend(nack, after: 0) == 1)
    #expect(resend(nack, after: 19) == 0)
    #expect(resend(nack, after: 20) == 1)
    #expect(resend(GenericNACK(sender: 0, media: 0x9999, sequenceNumbers: [number]), after: 90) == 0)
  }

  @Test func `no message has more than a few numbers looked up`() throws {
    var sender = sender()
    let number = sender.nextSequenceNumber
    for round in 0..<20 {
      packets.burst.removeAll()
      _ = sender.write(try frame(UInt32(round) * 3000, count: 20_000), into: &packets.burst, reserving: 0, at: now) {
        $1
      }
    }
    packets.burst.removeAll()
    let nack = GenericNACK(sender: 0, media: 0x1111, sequenceNumbers: (0..<300).map { number &+ $0 })
    #expect(sender.resend(nack, into: &packets.burst, reserving: 0, at: now) { $1 } == 256)
  }

  @Test func `the messages of one datagram share what is looked up, and unknown numbers cost no memory`() throws {
    var sender = sender()
    let number = sender.nextSequenceNumber
    var budget = 256
    let unknown = GenericNACK(sender: 0, media: 0x1111, sequenceNumbers: [number])
    #expect(sender.knownPackets(of: unknown, budget: budget) == 0)
    for round in 0..<20 {
      packets.burst.removeAll()
      _ = sender.write(try frame(UInt32(round) * 3000, count: 20_000), into: &packets.burst, reserving: 0, at: now) {
        $1
      }
    }
    packets.burst.removeAll()
    let end = sender.nextSequenceNumber
    var resent: [Int] = []
    for part: UInt16 in 0..<4 {
      let nack = GenericNACK(sender: 0, media: 0x1111, sequenceNumbers: (0..<100).map { number &+ 100 * part &+ $0 })
      #expect((sender.knownPackets(of: nack, budget: budget) > 0) == (part < 3))
      resent.append(
        sender.resend(nack, budget: &budget, into: &packets.burst, reserving: 0, at: now) { $1 })
    }
    #expect(resent == [100, 100, 56, 0] && budget == 0)
    for outside in [number &- 1, end, number &+ 0x8000] {
      #expect(
        sender.knownPackets(of: GenericNACK(sender: 0, media: 0x1111, sequenceNumbers: [outside]), budget: 1) == 0)
    }
    for inside in [number, end &- 1] {
      #expect(sender.knownPackets(of: GenericNACK(sender: 0, media: 0x1111, sequenceNumbers: [inside]), budget: 1) == 1)
    }
  }

  @Test func `a flood of requests gets at most half of what was sent`() throws {
    var sender = sender()
    var resent = 0
    for round in 0..<400 {
      let number = sender.nextSequenceNumber
      packets.burst.removeAll()
      _ = sender.write(try frame(UInt32(round) * 3000, count: 20_000), into: &packets.burst, reserving: 0, at: now) {
        $1
      }
      let at = now + .milliseconds(50 * round)
      let nack = GenericNACK(sender: 0, media: 0x1111, sequenceNumbers: (0..<500).map { number &- 480 &+ $0 })
      resent += sender.resend(nack, into: &packets.burst, reserving: 0, at: at) { $1 }
    }
    #expect(resent > 1024)
    #expect(resent <= 1024 + Int(sender.packetCount) / 2 + 400)
  }

  @Test func `old packets are forgotten`() throws {
    var sender = sender()
    let number = sender.nextSequenceNumber
    for round in 0..<130 {
      packets.burst.removeAll()
      _ = sender.write(try frame(UInt32(round), count: 100), into: &packets.burst, reserving: 0, at: now) { $1 }
    }
    let forgotten = GenericNACK(sender: 0, media: 0x1111, sequenceNumbers: [number, number &+ 1])
    #expect(sender.resend(forgotten, into: &packets.burst, reserving: 0, at: now) { $1 } == 0)
    let known = GenericNACK(sender: 0, media: 0x1111, sequenceNumbers: [number &+ 2, number &+ 129, number &+ 130])
    #expect(sender.resend(known, into: &packets.burst, reserving: 0, at: now) { $1 } == 2)
  }

  @Test func `a sender report carries the time line on`() throws {
    var sender = sender()
    #expect(sender.senderReport(at: now, ntp: NTPTime(bits: 0)) == nil)
    let sent = try #require(sender.write(try frame(1), into: &packets.burst, reserving: 0, at: now) { $1 })
    let report = try #require(sender.senderReport(at: now + .milliseconds(500), ntp: NTPTime(bits: 77)))
    #expect(report.timestamp == sent.timestamp &+ 45_000)
    #expect(report.packetCount == 3 && report.octetCount == UInt32(sent.byteCount))
    #expect(report.ntp.bits == 77 && report.ssrc == 0x1111)
  }
}

/// A burst that expectations can look into.
final class Packets {
  var burst = DatagramBurst()

  func header(_ index: Int) throws -> RTPHeader { try RTPHeader(parsing: bytes(index).span.bytes) }

  func bytes(_ index: Int) -> [UInt8] { Self.bytes(index, of: burst) }

  private static func bytes(_ index: Int, of burst: borrowing DatagramBurst) -> [UInt8] {
    burst.bytes(at: index).withUnsafeBytes { [UInt8]($0) }
  }
}

extension RTPSender {
  /// Answers a NACK that is alone in its datagram.
  mutating func resend(
    _ nack: GenericNACK, into burst: inout DatagramBurst, reserving overhead: Int, at now: Instant,
    protect: Protection
  ) -> Int {
    var budget = Self.maximumNumbers
    return resend(nack, budget: &budget, into: &burst, reserving: overhead, at: now, protect: protect)
  }
}
