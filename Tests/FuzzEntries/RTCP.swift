import RTP
import SansIO

/// Parses the bytes as RTCP and as RTP, and payloads them as H.264 and as VP8.
public func fuzzRTCP(_ bytes: UnsafeRawBufferPointer) {
  let span = bytes.bytes
  let packets = try? RTCPPacket.parse(span)
  precondition((packets != nil) == isWellFormed(span))
  if let header = try? RTPHeader(parsing: span) { precondition(header.payload.upperBound <= bytes.count) }
  let stream = StreamID(1)
  let frames = [
    H264Payloader().payload(span, stream: stream, timestamp: 0, due: Instant(nanoseconds: 0), isKeyFrame: false),
    VP8Payloader().payload(span, stream: stream, timestamp: 0, due: Instant(nanoseconds: 0), isKeyFrame: false),
  ]
  for frame in frames.compactMap(\.self) {
    precondition(frame.packetCount <= PacketizedFrame.maximumPackets)
    for index in 0..<frame.packetCount {
      precondition((1...PacketizedFrame.maximumPayload).contains(frame.payload(at: index).count))
    }
  }
}

/// Walks the compound in place, as a connection does, and reads all that is read there.
private func isWellFormed(_ compound: RawSpan) -> Bool {
  do {
    var reader = try RTCPCompoundReader(compound)
    while let packet = try reader.next() {
      try packet.check()
      if var missing = try MissingPackets(packet) {
        guard case .genericNACK(let nack) = try RTCPPacket(packet) else { preconditionFailure("a NACK is one") }
        var numbers: [UInt16] = []
        while let number = missing.next() { numbers.append(number) }
        precondition(nack.media == missing.media && numbers.count <= 17 * compound.byteCount / 4)
      }
      if var blocks = try ReportBlocks(packet) {
        var count = 0
        while blocks.next() != nil { count += 1 }
        precondition(count == Int(packet.format))
      }
    }
    return true
  } catch {
    return false
  }
}
