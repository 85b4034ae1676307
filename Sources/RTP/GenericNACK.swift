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

  /// The missing packets in the order of the message; a hostile one can name a packet many times.
  public var sequenceNumbers: SequenceNumbers { SequenceNumbers(pairs: pairs) }

  public func write(to writer: inout ByteWriter) {
    writer.writeRTCP(type: RTCPFeedback.transport, format: Self.format) { writer in
      writer.write(sender)
      writer.write(media)
      for pair in pairs { writer.write(pair) }
    }
  }
}

extension GenericNACK {
  /// The packets that pairs of PID and BLP name.
  public struct SequenceNumbers: Sequence, IteratorProtocol, Sendable {
    let pairs: [UInt32]
    private var index = 0
    /// The next bit of the pair: 0 is PID itself, 1…16 are the bits of BLP.
    private var bit: UInt32 = 0

    init(pairs: [UInt32]) { self.pairs = pairs }

    public mutating func next() -> UInt16? {
      while index < pairs.count {
        let pair = pairs[index]
        let current = bit
        if current == 16 {
          bit = 0
          index += 1
        } else {
          bit += 1
        }
        if current == 0 || pair >> (current - 1) & 1 == 1 {
          return UInt16(truncatingIfNeeded: pair >> 16) &+ UInt16(truncatingIfNeeded: current)
        }
      }
      return nil
    }
  }
}
