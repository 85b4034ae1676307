import SansIO

/// NACK: packets that a receiver misses (RFC 4585 section 6.2.1).
///
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
///     |            PID                |  BLP: the 16 packets after it |
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
public struct GenericNACK: Equatable, Sendable {
  static let format: UInt8 = 1

  public var sender: UInt32
  /// The source whose packets are missing.
  public var media: UInt32
  /// PID in the upper half, BLP in the lower.
  private var pairs: [UInt32]

  /// Asks for `sequenceNumbers`, which are in order.
  public init(sender: UInt32, media: UInt32, sequenceNumbers: [UInt16]) {
    self.sender = sender
    self.media = media
    pairs = []
    for number in sequenceNumbers {
      if let last = pairs.last {
        let distance = number &- UInt16(truncatingIfNeeded: last >> 16)
        if (1...16).contains(distance) {
          pairs[pairs.count - 1] |= 1 << UInt32(distance - 1)
          continue
        }
      }
      pairs.append(UInt32(number) << 16)
    }
  }

  init(parsing body: RawSpan) throws(RTPError) {
    var reader = ByteReader(body)
    sender = try reader.uint32()
    media = try reader.uint32()
    pairs = []
    pairs.reserveCapacity(reader.remaining / 4)
    while reader.remaining > 0 { pairs.append(try reader.uint32()) }
  }

  public func write(to writer: inout ByteWriter) {
    writer.writeRTCP(type: RTCPFeedback.transport, format: Self.format) { writer in
      writer.write(sender)
      writer.write(media)
      for pair in pairs { writer.write(pair) }
    }
  }
}
