import SansIO

/// The report blocks of a sender's or a receiver's report, read where they lie.
public struct ReportBlocks: ~Escapable {
  private var reader: ByteReader
  private var count: Int

  /// Nil for a packet that is no report.
  @_lifetime(copy body)
  public init?(_ body: RTCPPacketBody) throws(RTPError) {
    let head: Int
    switch body.type {
    case SenderReport.packetType: head = SenderReport.headLength
    case ReceiverReport.packetType: head = ReceiverReport.headLength
    default: return nil
    }
    count = Int(body.format)
    do throws(RTPError) {
      reader = ByteReader(body.bytes)
      try reader.pass(head)
      guard reader.remaining >= count * ReportBlock.length else { throw RTPError(.truncated, at: body.bytes.byteCount) }
    } catch {
      throw error.moved(by: body.offset)
    }
  }

  public mutating func next() -> ReportBlock? {
    guard count > 0 else { return nil }
    count -= 1
    return try? ReportBlock(from: &reader)
  }
}
