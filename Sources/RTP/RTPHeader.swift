import SansIO

/// The header of an RTP packet (RFC 3550 section 5.1).
///
///      0                   1                   2                   3
///      0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
///     |V=2|P|X|  CC   |M|     PT      |       sequence number         |
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
///     |                           timestamp                           |
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
///     |                             SSRC                              |
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
///     |                     contributing sources …                    |
public struct RTPHeader: Equatable, Sendable {
  public static let fixedLength = 12

  public var hasMarker: Bool
  public var payloadType: UInt8
  public var sequenceNumber: UInt16
  public var timestamp: UInt32
  public var ssrc: UInt32
  /// The elements of a one-byte header extension (RFC 8285) by ID; empty for any other.
  public var extensions: [UInt8: [UInt8]]
  /// Where the payload lies in the packet, padding excluded.
  public var payload: Range<Int>

  /// Parses the header of a packet that has been decrypted.
  public init(parsing packet: borrowing RawSpan) throws(RTPError) {
    var reader = ByteReader(copy packet)
    let first = try reader.uint8()
    guard first >> 6 == 2 else { throw RTPError(.wrongVersion, at: 0) }
    let second = try reader.uint8()
    hasMarker = second & 0x80 != 0
    payloadType = second & 0x7F
    sequenceNumber = try reader.uint16()
    timestamp = try reader.uint32()
    ssrc = try reader.uint32()
    try reader.pass(4 * Int(first & 0x0F))
    extensions = [:]
    if first & 0x10 != 0 {
      let profile = try reader.uint16()
      let length = try reader.uint16()
      let block = try reader.span(4 * Int(length))
      if profile == 0xBEDE { extensions = try Self.elements(of: block) }
    }
    var end = reader.offset + reader.remaining
    if first & 0x20 != 0 {
      guard reader.remaining > 0 else { throw RTPError(.badPadding, at: end) }
      let padding = Int(unsafe packet.unsafeLoad(fromByteOffset: end - 1, as: UInt8.self))
      guard padding > 0, padding <= reader.remaining else { throw RTPError(.badPadding, at: end - 1) }
      end -= padding
    }
    payload = reader.offset..<end
  }

  private static func elements(of block: RawSpan) throws(RTPError) -> [UInt8: [UInt8]] {
    var elements: [UInt8: [UInt8]] = [:]
    var reader = ByteReader(block)
    while reader.remaining > 0 {
      let first = try reader.uint8()
      if first == 0 { continue }
      // 15 is reserved: what follows it is not to be looked at (section 4.2).
      if first >> 4 == 15 { break }
      elements[first >> 4] = try reader.bytes(Int(first & 0x0F) + 1)
    }
    return elements
  }
}
