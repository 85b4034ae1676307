import RTP
import SRTP
import SansIO

extension TestPeer {
  mutating func receiveRTP(_ datagram: borrowing RawSpan, at now: Instant) {
    withScratch(copy datagram) { peer, buffer in
      guard let count = try? peer.media?.inbound.unprotect(buffer) else {
        peer.counters.refused += 1
        return
      }
      peer.take(UnsafeRawBufferPointer(rebasing: buffer[..<count]), at: now)
    }
  }

  private mutating func take(_ packet: UnsafeRawBufferPointer, at now: Instant) {
    guard let answer, let header = try? RTPHeader(parsing: packet.bytes) else {
      counters.malformed += 1
      return
    }
    var payload = header.payload
    var sequenceNumber = header.sequenceNumber
    var isRetransmission = false
    if header.payloadType == answer.retransmissionType, header.ssrc == answer.retransmissionSource {
      // The original sequence number leads the payload (RFC 4588 section 4).
      guard payload.count > 2 else {
        counters.malformed += 1
        return
      }
      sequenceNumber = UInt16(packet[payload.lowerBound]) << 8 | UInt16(packet[payload.lowerBound + 1])
      payload = payload.lowerBound + 2..<payload.upperBound
      counters.retransmissions += 1
      isRetransmission = true
    } else if header.payloadType != answer.payloadType || header.ssrc != answer.source {
      counters.malformed += 1
      return
    }
    if !header.extensions.isEmpty { lastExtensions = header.extensions }
    lastSequenceNumber = sequenceNumber
    receiver?.receive(
      sequenceNumber: sequenceNumber, timestamp: header.timestamp, hasMarker: header.hasMarker,
      payload: [UInt8](packet[payload]), isRetransmission: isRetransmission, at: now)
    for frame in receiver?.takeFrames() ?? [] { emit(.event(.frame(frame))) }
  }

  mutating func receiveRTCP(_ datagram: borrowing RawSpan, at now: Instant) {
    withScratch(copy datagram) { peer, buffer in
      guard let count = try? peer.media?.inbound.unprotectRTCP(buffer),
        let packets = try? RTCPPacket.parse(UnsafeRawBufferPointer(rebasing: buffer[..<count]).bytes)
      else {
        peer.counters.refused += 1
        return
      }
      for packet in packets { peer.take(packet, at: now) }
    }
  }

  private mutating func take(_ packet: RTCPPacket, at now: Instant) {
    switch packet {
    case .senderReport(let report) where report.ssrc == answer?.source:
      counters.senderReports += 1
      counters.lastSenderReport = report
      reports.senderReport = (report.ntp, now)
    case .sourceDescription(let description):
      let name = description.chunks.first { $0.ssrc == answer?.source }?.cname
      if let name { counters.cname = String(decoding: name, as: UTF8.self) }
    case .goodbye: end("BYE")
    default: break
    }
  }
}
