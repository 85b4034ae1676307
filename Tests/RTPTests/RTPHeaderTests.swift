import RTP
import Testing

struct RTPHeaderTests {
  func parse(_ bytes: [UInt8]) throws(RTPError) -> RTPHeader { try RTPHeader(parsing: bytes.span.bytes) }

  let fixed: [UInt8] = [0x80, 0x80 | 96, 0x12, 0x34, 0, 0, 0, 5, 0, 0, 0, 6]

  @Test func `the fields are where RFC 3550 puts them`() throws {
    let header = try parse(fixed + [1, 2, 3])
    #expect(header.hasMarker && header.payloadType == 96 && header.sequenceNumber == 0x1234)
    #expect(header.timestamp == 5 && header.ssrc == 6 && header.extensions.isEmpty && header.payload == 12..<15)
  }

  @Test func `contributing sources, extensions and padding lie outside the payload`() throws {
    var bytes = fixed + [0, 0, 0, 7] + [0xBE, 0xDE, 0, 2, 0x10, 0xAA, 0, 0x31, 1, 2, 0, 0] + [1, 2, 3, 0, 2]
    bytes[0] = 0xB1
    let header = try parse(bytes)
    #expect(header.extensions == [1: [0xAA], 3: [1, 2]])
    #expect(Array(bytes[header.payload]) == [1, 2, 3])
  }

  @Test func `damage is refused with its reason`() {
    #expect(throws: RTPError(.truncated, at: 8)) { try parse(Array(fixed.prefix(11))) }
    for (first, rest, reason) in [
      (0x00, [], .wrongVersion), (0x8F, [0], .truncated), (0x90, [0xBE, 0xDE, 0, 1], .truncated),
      (0x90, [0xBE, 0xDE, 0, 1, 0x1F, 0, 0, 0], .truncated), (0xA0, [], .badPadding), (0xA0, [0], .badPadding),
      (0xA0, [1, 3], .badPadding),
    ] as [(UInt8, [UInt8], RTPError.Reason)] {
      var bytes = fixed + rest
      bytes[0] = first
      let error = #expect(throws: RTPError.self) { try parse(bytes) }
      #expect(error?.reason == reason)
    }
  }
}
