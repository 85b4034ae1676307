import SansIO

/// The packets that a NACK names, read where it lies; a hostile one can name a packet many times.
public struct MissingPackets: ~Escapable {
  /// The source whose packets are missing.
  public let media: UInt32
  private var reader: ByteReader
  private var pair: UInt32 = 0
  /// The next bit of the pair: 0 is PID itself, 1…16 are the bits of BLP, 17 is beyond.
  private var bit: UInt32 = 17

  /// Nil for a packet that is no NACK.
  @_lifetime(copy body)
  public init?(_ body: RTCPPacketBody) throws(RTPError) {
    guard body.type == RTCPFeedback.transport, body.format == GenericNACK.format else { return nil }
    do throws(RTPError) {
      reader = ByteReader(body.bytes)
      try reader.pass(4)
      media = try reader.uint32()
    } catch {
      throw error.moved(by: body.offset)
    }
  }

  public mutating func next() -> UInt16? {
    while true {
      if bit > 16 {
        guard reader.remaining >= 4, let next = try? reader.readUInt32() else { return nil }
        (pair, bit) = (next, 0)
      }
      let current = bit
      bit += 1
      if current == 0 || pair >> (current - 1) & 1 == 1 {
        return UInt16(truncatingIfNeeded: pair >> 16) &+ UInt16(truncatingIfNeeded: current)
      }
    }
  }
}
