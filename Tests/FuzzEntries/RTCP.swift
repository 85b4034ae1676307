import RTP

/// Parses the bytes as RTCP and as RTP, and payloads them as H.264 and as VP8.
public func fuzzRTCP(_ bytes: UnsafeRawBufferPointer) {
  let span = bytes.bytes
  if let packets = try? RTCPPacket.parse(span) {
    for case .genericNACK(let nack) in packets { precondition(nack.sequenceNumbers.allSatisfy { _ in true }) }
  }
  if let header = try? RTPHeader(parsing: span) { precondition(header.payload.upperBound <= bytes.count) }
  let stream = StreamID(preset: 1, codec: 0)
  let frames = [
    H264Payloader().payload(span, stream: stream, timestamp: 0, isKeyFrame: false),
    VP8Payloader().payload(span, stream: stream, timestamp: 0, isKeyFrame: false),
  ]
  for frame in frames.compactMap(\.self) {
    precondition(frame.packetCount <= PacketizedFrame.maximumPackets)
    for index in 0..<frame.packetCount {
      precondition((1...PacketizedFrame.maximumPayload).contains(frame.payload(at: index).count))
    }
  }
}
