import RTP
import SansIO
import Testing

struct H264PayloaderTests {
  let payloader = H264Payloader()

  @Test func `parameter sets share a packet and the picture follows in equal fragments`() throws {
    let sps = unit(0x67, count: 20), pps = unit(0x68, count: 6), idr = unit(0x65, count: 9001)
    let frame = try #require(payloader.payload(annexB([sps, pps, idr]), timestamp: 7, isKeyFrame: true))
    #expect(nalUnits(of: frame) == [sps, pps, idr])
    #expect(frame.payload(at: 0) == [0x78, 0, 20] + sps + [0, 6] + pps)
    let fragments = (1..<frame.packetCount).map { frame.payload(at: $0).count }
    #expect(fragments.count == 8)
    #expect(Set(fragments.dropLast()).count == 1)
    #expect(fragments.allSatisfy { $0 <= PacketizedFrame.maximumPayload && $0 >= fragments[0] - 8 })
    #expect(frame.timestamp == 7 && frame.isKeyFrame && frame.stream == .test)
  }

  @Test func `a unit that just fits travels alone and one byte more makes two fragments`() throws {
    for (count, packets) in [(PacketizedFrame.maximumPayload, 1), (PacketizedFrame.maximumPayload + 1, 2)] {
      let slice = unit(0x41, count: count)
      let frame = try #require(payloader.payload(annexB([slice])))
      #expect(frame.packetCount == packets)
      #expect(nalUnits(of: frame) == [slice])
    }
  }

  @Test func `delimiters, SEI, filler and aggregate types are left out`() throws {
    let slice = unit(0x41, count: 30)
    let noise = [
      unit(0x09, count: 2), unit(0x06, count: 40), unit(0x0C, count: 9), unit(0x78, count: 9), unit(0x7C, count: 9),
    ]
    let frame = try #require(payloader.payload(annexB(noise + [slice])))
    #expect(nalUnits(of: frame) == [slice])
    #expect(payloader.payload(annexB(noise)) == nil)
  }

  @Test func `trailing zeros and stray bytes before the first start code do not count`() throws {
    let slice = unit(0x41, count: 30)
    let frame = try #require(payloader.payload([9, 9, 0, 0, 0, 1] + slice + [0, 0, 0, 0, 1] + slice + [0, 0]))
    #expect(nalUnits(of: frame) == [slice, slice])
  }

  @Test func `parameter sets too long for one packet travel one by one`() throws {
    let sps = unit(0x67, count: 1000), pps = unit(0x68, count: 1000), idr = unit(0x65, count: 10)
    let frame = try #require(payloader.payload(annexB([sps, pps, idr])))
    #expect(nalUnits(of: frame) == [sps, pps, idr])
    #expect(frame.packetCount == 3)
  }

  @Test func `nothing comes of nothing, nor of a frame beyond the limit`() {
    for bytes: [UInt8] in [[], [0], [0, 0, 1], [0, 0, 1, 0x65], [1, 2, 3, 4]] {
      #expect(payloader.payload(bytes) == nil)
    }
    #expect(payloader.payload(annexB([unit(0x65, count: 1_000_000)])) == nil)
    let shreds = annexB(Array(repeating: [0x41, 1], count: PacketizedFrame.maximumPackets + 1))
    #expect(payloader.payload(shreds) == nil)
  }

  @Test(arguments: [UInt64](1...20)) func `units of any length survive`(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let units = (0..<Int.random(in: 1...6, using: &random)).map { _ in
      unit([0x41, 0x65, 0x67, 0x68, 0x01].randomElement(using: &random)!, count: .random(in: 2...5000, using: &random))
    }
    let frame = try #require(payloader.payload(annexB(units)))
    #expect(nalUnits(of: frame) == units)
    #expect((0..<frame.packetCount).allSatisfy { frame.payload(at: $0).count <= PacketizedFrame.maximumPayload })
  }
}

struct VP8PayloaderTests {
  func payload(_ bytes: [UInt8]) -> PacketizedFrame? {
    VP8Payloader().payload(
      bytes.span.bytes, stream: .test, timestamp: 9, due: Instant(nanoseconds: 0), isKeyFrame: true)
  }

  @Test func `the first fragment is marked and all are of equal length`() throws {
    let data = (0..<5000).map { UInt8(truncatingIfNeeded: $0) }
    let frame = try #require(payload(data))
    let payloads = (0..<frame.packetCount).map { frame.payload(at: $0) }
    #expect(payloads.count == 5)
    #expect(payloads.map { $0[0] } == [0x10, 0, 0, 0, 0])
    #expect(Array(payloads.map { $0.dropFirst() }.joined()) == data)
    #expect(Set(payloads.map(\.count)) == [1001])
  }

  @Test func `an empty frame and one beyond the limit are refused`() {
    for count in [0, 1_000_000] {
      let data = [UInt8](repeating: 1, count: count)
      #expect(payload(data) == nil)
    }
  }
}
