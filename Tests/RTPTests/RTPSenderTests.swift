import RTP
import SansIO
import Testing

struct RTPSenderTests {
  static let extensions = HeaderExtensions(playoutDelayID: 6, midID: 4, mid: "0")
  let packets = Packets()
  let now = Instant(nanoseconds: 0)

  func sender(retransmission: Bool = true, clockRate: UInt32 = 90_000, seed: UInt64 = 1) -> RTPSender {
    var random = SeededGenerator(seed: seed)
    return RTPSender(
      configuration: .init(
        ssrc: 0x1111, payloadType: 102, clockRate: clockRate,
        retransmission: retransmission ? .init(ssrc: 0x2222, payloadType: 103) : nil,
        extensions: Self.extensions), random: &random)
  }

  func frame(
    _ timestamp: UInt32, due: Instant = Instant(nanoseconds: 0), count: Int = 3000, isKeyFrame: Bool = false
  ) throws -> PacketizedFrame {
    try #require(
      H264Payloader().payload(
        annexB([unit(0x41, count: count)]), timestamp: timestamp, due: due, isKeyFrame: isKeyFrame))
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
    let sent = try #require(sender.write(frame, into: &packets.burst, reserving: 16, protect: tagged))
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
    #expect(sender.nextSequenceNumber == first &+ 3 && sender.counters.packets == 3)
  }

  @Test func `the longest packet with everything in it fills a datagram`() throws {
    var random = SeededGenerator(seed: 3)
    var sender = RTPSender(
      configuration: .init(
        ssrc: 1, payloadType: 1, clockRate: 90_000, retransmission: .init(ssrc: 2, payloadType: 2),
        extensions: HeaderExtensions(playoutDelayID: 1, midID: 2, mid: "1234567")), random: &random)
    let number = sender.nextSequenceNumber
    let frame = try frame(0, count: PacketizedFrame.maximumPayload)
    #expect(sender.write(frame, into: &packets.burst, reserving: 16, protect: tagged) != nil)
    let nack = [number] as [UInt16]
    #expect(sender.resend(nack, into: &packets.burst, reserving: 16, at: now, protect: tagged) == 1)
    #expect(packets.bytes(0).count == PacketizedFrame.maximumDatagram - 2)
    #expect(packets.bytes(1).count == PacketizedFrame.maximumDatagram)
  }

  @Test func `time stamps rise even when a switch repeats or turns back the time`() throws {
    var sender = sender()
    var stamps: [UInt32] = []
    for timestamp: UInt32 in [3000, 6000, 6000, 3000, 9000, UInt32.max, 2] {
      stamps.append(
        try #require(sender.write(try frame(timestamp), into: &packets.burst, reserving: 0) { $1 }).timestamp)
    }
    let steps = zip(stamps.dropFirst(), stamps).map { $0 &- $1 }
    #expect(steps[0...3] == [3000, 1, 1, 2998])
    #expect(steps.allSatisfy { $0 > 0 })
  }

  @Test func `extensions stop once the receiver has seen them, the delay stays on key frames`() throws {
    var sender = sender()
    sender.receive(report(highest: sender.nextSequenceNumber), at: NTPTime(bits: 0))
    _ = sender.write(try frame(1), into: &packets.burst, reserving: 0) { $1 }
    #expect(try packets.header(0).extensions.count == 2)
    sender.receive(report(highest: sender.nextSequenceNumber &- 1), at: NTPTime(bits: 0))
    packets.burst.removeAll()
    _ = sender.write(try frame(2, count: 100), into: &packets.burst, reserving: 0) { $1 }
    _ = sender.write(try frame(3, count: 100, isKeyFrame: true), into: &packets.burst, reserving: 0) { $1 }
    #expect(try packets.header(0).extensions == [:])
    #expect(try packets.header(1).extensions == [6: [0, 0, 0]])
    #expect(sender.reception.fractionLost == 0.25 && sender.reception.cumulativeLost == 5)
    #expect(sender.reception.jitter == .milliseconds(1))
  }

  @Test func `a frame that does not fit leaves no trace`() throws {
    var sender = sender()
    let number = sender.nextSequenceNumber
    packets.burst = DatagramBurst(byteCapacity: 2500, capacity: 10)
    #expect(sender.write(try frame(1), into: &packets.burst, reserving: 16, protect: tagged) == nil)
    #expect(packets.burst.isEmpty && sender.nextSequenceNumber == number && sender.counters.packets == 0)
  }

  @Test func `a failing protection takes the frame back but spends its numbers`() throws {
    struct Refused: Error {}
    var sender = sender()
    let number = sender.nextSequenceNumber
    var calls = 0
    let sent = sender.write(try frame(1), into: &packets.burst, reserving: 16) { _, count in
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
    _ = sender.write(frame, into: &packets.burst, reserving: 0) { $1 }
    let original = try packets.header(2)
    packets.burst.removeAll()
    let nack = [number &+ 2, number &+ 3] as [UInt16]
    #expect(sender.resend(nack, into: &packets.burst, reserving: 0, at: now) { $1 } == 1)
    let again = try packets.header(0)
    #expect(again.ssrc == 0x2222 && again.payloadType == 103)
    #expect(again.timestamp == original.timestamp && again.hasMarker)
    let payload = Array(packets.bytes(0)[again.payload])
    #expect(UInt16(payload[0]) << 8 | UInt16(payload[1]) == number &+ 2)
    #expect(Array(payload.dropFirst(2)) == frame.payload(at: 2))
    #expect(sender.counters.resentPackets == 1 && sender.counters.packets == 3)
  }

  @Test func `without that stream the same bytes come again, whatever was acknowledged meanwhile`() throws {
    var sender = sender(retransmission: false)
    let number = sender.nextSequenceNumber
    _ = sender.write(try frame(1), into: &packets.burst, reserving: 0) { $1 }
    let original = packets.bytes(1)
    sender.receive(report(highest: number &+ 2), at: NTPTime(bits: 0))
    packets.burst.removeAll()
    let nack = [number &+ 1] as [UInt16]
    #expect(sender.resend(nack, into: &packets.burst, reserving: 0, at: now) { $1 } == 1)
    #expect(packets.bytes(0) == original)
  }

  @Test func `a packet is sent again once per round trip`() throws {
    var sender = sender()
    let number = sender.nextSequenceNumber
    _ = sender.write(try frame(1), into: &packets.burst, reserving: 0) { $1 }
    let nack = [number, number, number] as [UInt16]
    func resend(_ nack: [UInt16], after milliseconds: Int) -> Int {
      sender.resend(nack, into: &packets.burst, reserving: 0, at: now + .milliseconds(milliseconds)) { $1 }
    }
    #expect(resend(nack, after: 0) == 1)
    #expect(resend(nack, after: 19) == 0)
    #expect(resend(nack, after: 20) == 1)
  }

  @Test func `no message has more than a few numbers looked up`() throws {
    var sender = sender()
    let number = sender.nextSequenceNumber
    for round in 0..<20 {
      packets.burst.removeAll()
      _ = sender.write(try frame(UInt32(round) * 3000, count: 20_000), into: &packets.burst, reserving: 0) {
        $1
      }
    }
    packets.burst.removeAll()
    let nack = (0..<300).map { number &+ $0 } as [UInt16]
    #expect(sender.resend(nack, into: &packets.burst, reserving: 0, at: now) { $1 } == 256)
  }

  @Test func `a flood of requests gets at most half of what was sent`() throws {
    var sender = sender()
    var resent = 0
    for round in 0..<400 {
      let number = sender.nextSequenceNumber
      packets.burst.removeAll()
      _ = sender.write(try frame(UInt32(round) * 3000, count: 20_000), into: &packets.burst, reserving: 0) {
        $1
      }
      let at = now + .milliseconds(50 * round)
      let nack = (0..<500).map { number &- 480 &+ $0 } as [UInt16]
      resent += sender.resend(nack, into: &packets.burst, reserving: 0, at: at) { $1 }
    }
    #expect(resent > 1024)
    #expect(resent <= 1024 + Int(sender.counters.packets) / 2 + 400)
  }

  @Test func `old packets are forgotten`() throws {
    var sender = sender()
    let number = sender.nextSequenceNumber
    for round in 0..<130 {
      packets.burst.removeAll()
      _ = sender.write(try frame(UInt32(round), count: 100), into: &packets.burst, reserving: 0) { $1 }
    }
    let forgotten = [number, number &+ 1] as [UInt16]
    #expect(sender.resend(forgotten, into: &packets.burst, reserving: 0, at: now) { $1 } == 0)
    let known = [number &+ 2, number &+ 129, number &+ 130] as [UInt16]
    #expect(sender.resend(known, into: &packets.burst, reserving: 0, at: now) { $1 } == 2)
  }

  @Test(arguments: [8000, 48_000, 90_000] as [UInt32])
  func `a sender report carries the time line on from when the last frame was due`(clockRate: UInt32) throws {
    var sender = sender(clockRate: clockRate)
    #expect(sender.senderReport(at: now, ntp: NTPTime(bits: 0)) == nil)
    let due = now + .milliseconds(40)
    let sent = try #require(sender.write(try frame(1, due: due), into: &packets.burst, reserving: 0) { $1 })
    let report = try #require(sender.senderReport(at: due + .milliseconds(500), ntp: NTPTime(bits: 77)))
    #expect(report.timestamp == sent.timestamp &+ clockRate / 2)
    #expect(report.packetCount == 3 && report.octetCount == UInt32(sent.byteCount))
    #expect(report.ntp.bits == 77 && report.ssrc == 0x1111)
    // A frame that goes out before it is due.
    let early = try #require(sender.senderReport(at: due + .milliseconds(-500), ntp: NTPTime(bits: 0)))
    #expect(early.timestamp == sent.timestamp &- clockRate / 2)
  }

  @Test func `sender reports of two tracks agree, however late one of them is sent`() throws {
    var (picture, sound) = (sender(), sender(clockRate: 48_000, seed: 2))
    func second(of sender: RTPSender, _ rate: Double, at time: Instant) throws -> Double {
      let report = try #require(sender.senderReport(at: time, ntp: NTPTime(bits: 0)))
      return Double(report.timestamp &- sender.timestampOffset) / rate
    }
    // The same sample of the media clock, in each track's units; the picture is 200 ms old by now.
    _ = picture.write(try frame(90_000, due: now + .seconds(1)), into: &packets.burst, reserving: 0) { $1 }
    _ = sound.write(try frame(57_600, due: now + .milliseconds(1200)), into: &packets.burst, reserving: 0) { $1 }
    for later in [1200, 1700, 60_000] {
      let time = now + .milliseconds(later)
      let seconds = (try second(of: picture, 90_000, at: time), try second(of: sound, 48_000, at: time))
      #expect(abs(seconds.0 - seconds.1) < 0.0001)
    }
  }

  @Test func `a report after years, or from before, stays within what can be counted`() throws {
    var sender = sender(clockRate: .max)
    _ = sender.write(try frame(0), into: &packets.burst, reserving: 0) { $1 }
    for time in [Int64.max, .min, 0] {
      #expect(sender.senderReport(at: Instant(nanoseconds: time), ntp: NTPTime(bits: 0)) != nil)
    }
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
