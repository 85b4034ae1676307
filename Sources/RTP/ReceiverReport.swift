import SansIO

/// RR: what somebody who sends nothing has received (RFC 3550 section 6.4.2).
public struct ReceiverReport: Equatable, Sendable {
  static let packetType: UInt8 = 201
  /// What is before the blocks, in bytes.
  static let headLength = 4

  public var ssrc: UInt32
  public var blocks: [ReportBlock]

  public init(ssrc: UInt32, blocks: [ReportBlock]) {
    self.ssrc = ssrc
    self.blocks = blocks
  }

  init(parsing body: RawSpan, blocks count: Int) throws(RTPError) {
    var reader = ByteReader(body)
    ssrc = try reader.uint32()
    blocks = []
    for _ in 0..<count { blocks.append(try ReportBlock(from: &reader)) }
  }

  public func write(to writer: inout ByteWriter) {
    writer.writeRTCP(type: Self.packetType, format: UInt8(truncatingIfNeeded: min(blocks.count, 31))) { writer in
      writer.write(ssrc)
      for block in blocks.prefix(31) { block.write(to: &writer) }
    }
  }
}
