import RTP
import SansIO
import Testing

struct RTCPTests {
  static let block = ReportBlock(
    ssrc: 9, fractionLost: 12, cumulativeLost: -3, highestSequenceNumber: 0x1_2345, jitter: 44,
    lastSenderReport: 0x8000_0000, delaySinceLastSenderReport: 0x1_0000)

  func parse(_ bytes: [UInt8]) throws(RTPError) -> [RTCPPacket] { try RTCPPacket.parse(bytes.span.bytes) }

  /// What the NACKs of a compound name, read in place.
  func missing(_ compound: [UInt8]) throws -> [UInt16] {
    var numbers: [UInt16] = []
    var packets = try RTCPCompoundReader(compound.span.bytes)
    while let packet = try packets.next() {
      guard var missing = try MissingPackets(packet) else { continue }
      while let number = missing.next() { numbers.append(number) }
    }
    return numbers
  }

  @Test func `what is written is read again`() throws {
    let report = SenderReport(
      ssrc: 1, ntp: NTPTime(bits: 0x0102_0304_0506_0708), timestamp: 3, packetCount: 4, octetCount: 5,
      blocks: [Self.block])
    let receiver = ReceiverReport(ssrc: 2, blocks: [Self.block, Self.block])
    let names = SourceDescription(chunks: (0...5).map { .init(ssrc: 7, cname: Array("cupola".utf8.prefix($0))) })
    let nack = GenericNACK(sender: 1, media: 2, sequenceNumbers: [65_535, 0, 15, 16, 900])
    let pli = PictureLossIndication(sender: 1, media: 2)
    let fir = FullIntraRequest(sender: 1, entries: [.init(ssrc: 2, sequenceNumber: 3)])
    let bye = Goodbye(sources: [1, 2])
    var writer = ByteWriter()
    report.write(to: &writer)
    receiver.write(to: &writer)
    names.write(to: &writer)
    nack.write(to: &writer)
    pli.write(to: &writer)
    fir.write(to: &writer)
    bye.write(to: &writer)
    #expect(
      try parse(writer.bytes) == [
        .senderReport(report), .receiverReport(receiver), .sourceDescription(names), .genericNACK(nack),
        .pictureLossIndication(pli), .fullIntraRequest(fir), .goodbye(bye),
      ])
    #expect(try missing(writer.bytes) == [65_535, 0, 15, 16, 900])
  }

  @Test func `a NACK names its packet and the bits after it`() throws {
    let bytes: [UInt8] = [0x81, 205, 0, 3, 0, 0, 0, 1, 0, 0, 0, 2, 0xFF, 0xFE, 0x80, 0x03]
    #expect(try missing(bytes) == [65_534, 65_535, 0, 14])
    guard case .genericNACK(let nack) = try parse(bytes)[0] else { throw TestFailure() }
    #expect(nack == GenericNACK(sender: 1, media: 2, sequenceNumbers: [65_534, 65_535, 0, 14]))
  }

  @Test func `REMB is read, other feedback is passed over`() throws {
    let remb: [UInt8] = [
      0x8F, 206, 0, 5, 0, 0, 0, 1, 0, 0, 0, 0, 0x52, 0x45, 0x4D, 0x42, 1, 0x0B, 0xD0, 0x90, 0, 0, 0, 9,
    ]
    let transport: [UInt8] = [0x8F, 205, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2]
    #expect(
      try parse(transport + remb) == [
        .other(type: 205, format: 15),
        .receiverEstimatedMaximumBitrate(.init(sender: 1, bitrate: 0x3D090 << 2, sources: [9])),
      ])
    var extreme = remb
    extreme[17] = 0xFF
    guard case .receiverEstimatedMaximumBitrate(let estimate) = try parse(extreme)[0] else { throw TestFailure() }
    #expect(estimate.bitrate == .max)
  }

  struct TestFailure: Error {}

  @Test func `damage is refused with its reason and place`() {
    let cases: [([UInt8], RTPError)] = [
      ([], RTPError(.truncated, at: 0)),
      ([0x80], RTPError(.truncated, at: 1)),
      ([0x40, 200, 0, 0], RTPError(.wrongVersion, at: 0)),
      ([0x80, 201, 0, 2, 0, 0, 0, 1], RTPError(.inconsistentLength, at: 2)),
      ([0x81, 201, 0, 1, 0, 0, 0, 1], RTPError(.truncated, at: 8)),
      ([0x81, 206, 0, 1, 0, 0, 0, 1], RTPError(.truncated, at: 8)),
      ([0x81, 205, 0, 3, 0, 0, 0, 1, 0, 0, 0, 2, 0xFF, 0xFE, 0x80], RTPError(.inconsistentLength, at: 2)),
      ([0xA0, 201, 0, 1, 0, 0, 0, 4, 0x80, 201, 0, 1, 0, 0, 0, 1], RTPError(.badPadding, at: 0)),
      ([0xA0, 201, 0, 1, 0, 0, 0, 3], RTPError(.badPadding, at: 7)),
      ([0x81, 202, 0, 2, 0, 0, 0, 1, 1, 9, 65, 66], RTPError(.truncated, at: 10)),
    ]
    for (bytes, error) in cases {
      #expect(throws: error) { try parse(bytes) }
    }
    let many = Array(repeating: [0x80, 201, 0, 1, 0, 0, 0, 1] as [UInt8], count: 65).flatMap { $0 }
    #expect(throws: RTPError(.tooMany, at: 64 * 8)) { try parse(many) }
  }

  @Test func `padding at the end is taken off`() throws {
    let packets = try parse([0xA0, 201, 0, 2, 0, 0, 0, 1, 0, 0, 0, 4])
    #expect(packets == [.receiverReport(ReceiverReport(ssrc: 1, blocks: []))])
  }

  @Test func `every truncation and every flipped bit is survived`() {
    var writer = ByteWriter()
    SenderReport(ssrc: 1, ntp: NTPTime(bits: 2), timestamp: 3, packetCount: 4, octetCount: 5, blocks: [Self.block])
      .write(to: &writer)
    SourceDescription(chunks: [.init(ssrc: 7, cname: Array("cupola".utf8))]).write(to: &writer)
    GenericNACK(sender: 1, media: 2, sequenceNumbers: [1, 2]).write(to: &writer)
    for count in 0..<writer.bytes.count { _ = try? parse(Array(writer.bytes.prefix(count))) }
    for bit in 0..<writer.bytes.count * 8 {
      var bytes = writer.bytes
      bytes[bit / 8] ^= 1 << (bit % 8)
      _ = try? parse(bytes)
    }
  }

  @Test func `the round trip is what is left of the time since the sender report`() {
    // The report left at 0x8000.0000, was held for 1 s, and is back 1.25 s after it left.
    #expect(Self.block.roundTrip(at: NTPTime(bits: 0x8001_4000 << 16)) == .milliseconds(250))
    #expect(Self.block.roundTrip(at: NTPTime(bits: 0x8000_4000 << 16)) == nil)
    var unsent = Self.block
    unsent.lastSenderReport = 0
    #expect(unsent.roundTrip(at: NTPTime(bits: 0x8001_4000 << 16)) == nil)
  }

  @Test func `NTP time begins in 1900 and has a binary fraction`() {
    #expect(NTPTime(unixNanoseconds: 0).bits == UInt64(2_208_988_800) << 32)
    #expect(NTPTime(unixNanoseconds: 1_500_000_000).bits == UInt64(2_208_988_801) << 32 | 1 << 31)
    #expect(NTPTime(unixNanoseconds: -500_000_000).bits == UInt64(2_208_988_799) << 32 | 1 << 31)
  }
}
