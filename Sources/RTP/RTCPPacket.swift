import SansIO

/// One packet of an RTCP compound packet (RFC 3550 section 6).
///
///      0                   1                   2                   3
///      0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
///     |V=2|P| RC/FMT  |      PT       |  length in words, minus one   |
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
///     |  SSRC of the sender, and what the packet type says …          |
public enum RTCPPacket: Equatable, Sendable {
  case senderReport(SenderReport)
  case receiverReport(ReceiverReport)
  case sourceDescription(SourceDescription)
  case goodbye(Goodbye)
  case genericNACK(GenericNACK)
  case pictureLossIndication(PictureLossIndication)
  case fullIntraRequest(FullIntraRequest)
  case receiverEstimatedMaximumBitrate(ReceiverEstimatedMaximumBitrate)
  /// A packet that is well formed and of no interest here: transport-wide feedback, extended reports, whatever comes.
  case other(type: UInt8, format: UInt8)

  /// Parses a compound packet that has been decrypted, all of it or none.
  public static func parse(_ compound: borrowing RawSpan) throws(RTPError) -> [RTCPPacket] {
    var packets: [RTCPPacket] = []
    var reader = try RTCPCompoundReader(copy compound)
    while let body = try reader.next() { packets.append(try RTCPPacket(body)) }
    return packets
  }

  /// Parses one packet of a compound.
  public init(_ body: RTCPPacketBody) throws(RTPError) {
    do {
      self = try Self.parse(body.bytes, type: body.type, format: body.format)
    } catch {
      throw error.moved(by: body.offset)
    }
  }

  private static func parse(_ body: RawSpan, type: UInt8, format: UInt8) throws(RTPError) -> RTCPPacket {
    switch (type, format) {
    case (SenderReport.packetType, _): .senderReport(try SenderReport(parsing: body, blocks: Int(format)))
    case (ReceiverReport.packetType, _): .receiverReport(try ReceiverReport(parsing: body, blocks: Int(format)))
    case (SourceDescription.packetType, _):
      .sourceDescription(try SourceDescription(parsing: body, chunks: Int(format)))
    case (Goodbye.packetType, _): .goodbye(try Goodbye(parsing: body, sources: Int(format)))
    case (RTCPFeedback.transport, GenericNACK.format): .genericNACK(try GenericNACK(parsing: body))
    case (RTCPFeedback.payload, PictureLossIndication.format):
      .pictureLossIndication(try PictureLossIndication(parsing: body))
    case (RTCPFeedback.payload, FullIntraRequest.format): .fullIntraRequest(try FullIntraRequest(parsing: body))
    case (RTCPFeedback.payload, ReceiverEstimatedMaximumBitrate.format):
      if let estimate = try ReceiverEstimatedMaximumBitrate(parsing: body) {
        .receiverEstimatedMaximumBitrate(estimate)
      } else {
        .other(type: type, format: format)
      }
    default: .other(type: type, format: format)
    }
  }
}

/// The packet types of feedback (RFC 4585 section 6.1).
enum RTCPFeedback {
  static let transport: UInt8 = 205
  static let payload: UInt8 = 206
}

extension ByteWriter {
  /// Writes an RTCP packet: its header, then what `body` writes, which must be whole words.
  mutating func writeRTCP(type: UInt8, format: UInt8, body: (inout ByteWriter) -> Void) {
    let start = bytes.count
    write(0x80 | format & 0x1F)
    write(type)
    write(UInt16(0))
    body(&self)
    overwrite(UInt16(truncatingIfNeeded: (bytes.count - start) / 4 - 1), at: start + 2)
  }
}
