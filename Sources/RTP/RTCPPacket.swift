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

  /// The most packets taken from one compound.
  static let maximumCount = 64

  /// Parses a compound packet that has been decrypted, all of it or none.
  ///
  /// Reduced-size packets (RFC 5506) are taken too: no order of types is asked for.
  public static func parse(_ compound: borrowing RawSpan) throws(RTPError) -> [RTCPPacket] {
    var packets: [RTCPPacket] = []
    var reader = ByteReader(copy compound)
    guard reader.remaining > 0 else { throw RTPError(.truncated, at: 0) }
    while reader.remaining > 0 {
      let start = reader.offset
      guard packets.count < maximumCount else { throw RTPError(.tooMany, at: start) }
      let first = try reader.uint8()
      guard first >> 6 == 2 else { throw RTPError(.wrongVersion, at: start) }
      let type = try reader.uint8()
      let length = 4 * Int(try reader.uint16())
      guard length <= reader.remaining else { throw RTPError(.inconsistentLength, at: start + 2) }
      var body = try reader.span(length)
      if first & 0x20 != 0 {
        // Only the last packet of a compound may be padded (section 6.4.1).
        guard reader.remaining == 0, length > 0 else { throw RTPError(.badPadding, at: start) }
        let padding = Int(unsafe body.unsafeLoad(fromByteOffset: length - 1, as: UInt8.self))
        guard padding > 0, padding <= length, padding % 4 == 0 else {
          throw RTPError(.badPadding, at: start + 3 + length)
        }
        body = body.extracting(0..<length - padding)
      }
      do {
        packets.append(try parse(body, type: type, format: first & 0x1F))
      } catch {
        throw RTPError(error.reason, at: start + 4 + error.offset)
      }
    }
    return packets
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
