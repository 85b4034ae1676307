import SansIO

/// SR: what a sender has sent, and how its RTP time relates to the wall clock (RFC 3550 section 6.4.1).
public struct SenderReport: Equatable, Sendable {
  static let packetType: UInt8 = 200
  /// What is before the blocks, in bytes.
  static let headLength = 24

  public var ssrc: UInt32
  public var ntp: NTPTime
  /// The RTP time at `ntp`.
  public var timestamp: UInt32
  public var packetCount: UInt32
  /// Payload bytes, without headers and padding.
  public var octetCount: UInt32
  public var blocks: [ReportBlock]

  public init(
    ssrc: UInt32, ntp: NTPTime, timestamp: UInt32, packetCount: UInt32, octetCount: UInt32, blocks: [ReportBlock] = []
  ) {
    self.ssrc = ssrc
    self.ntp = ntp
    self.timestamp = timestamp
    self.packetCount = packetCount
    self.octetCount = octetCount
    self.blocks = blocks
  }

  init(parsing body: RawSpan, blocks count: Int) throws(RTPError) {
    var reader = ByteReader(body)
    ssrc = try reader.uint32()
    ntp = NTPTime(bits: try reader.uint64())
    timestamp = try reader.uint32()
    packetCount = try reader.uint32()
    octetCount = try reader.uint32()
    blocks = []
    for _ in 0..<count { blocks.append(try ReportBlock(from: &reader)) }
  }

  public func write(to writer: inout ByteWriter) {
    writer.writeRTCP(type: Self.packetType, format: UInt8(truncatingIfNeeded: min(blocks.count, 31))) { writer in
      writer.write(ssrc)
      writer.write(ntp.bits)
      writer.write(timestamp)
      writer.write(packetCount)
      writer.write(octetCount)
      for block in blocks.prefix(31) { block.write(to: &writer) }
    }
  }
}
