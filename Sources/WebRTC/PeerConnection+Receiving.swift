import RTP
import SRTP
import SansIO

extension PeerConnection {
  /// The longest RTCP datagram that is looked at, in bytes: a path MTU.
  private static var maximumRTCP: Int { 1500 }

  /// Takes an SRTCP packet from a verified address.
  mutating func receiveRTCP(_ datagram: borrowing RawSpan, at now: Instant) {
    guard media != nil else { return counters.drops.count(.beforeConnected) }
    guard datagram.byteCount <= Self.maximumRTCP else { return counters.drops.count(.tooLong) }
    do {
      var resends = RTPSender.maximumNumbers
      for packet in try unprotect(datagram) { receive(packet, resends: &resends, at: now) }
    } catch let error as SRTPError {
      counters.drops.count(DropReason(error))
    } catch {
      counters.drops.count(.malformedRTCP)
    }
  }

  /// Checks, decrypts and parses in a copy on the stack.
  private mutating func unprotect(_ datagram: borrowing RawSpan) throws -> [RTCPPacket] {
    let source = copy datagram
    return try unsafe withUnsafeTemporaryAllocation(byteCount: source.byteCount, alignment: 8) { buffer in
      unsafe source.withUnsafeBytes { unsafe buffer.copyMemory(from: $0) }
      let count = try unsafe media!.inbound.unprotectRTCP(buffer)
      return try RTCPPacket.parse(unsafe buffer.bytes.extracting(first: count))
    }
  }

  private mutating func receive(_ packet: RTCPPacket, resends: inout Int, at now: Instant) {
    guard phase != .closed else { return }
    switch packet {
    case .receiverReport(let report): receive(report.blocks, at: now)
    case .senderReport(let report): receive(report.blocks, at: now)
    case .genericNACK(let nack):
      counters.nacksReceived &+= 1
      resend(nack, budget: &resends, at: now)
    case .pictureLossIndication(let indication) where indication.media == ssrc:
      requestKeyframe(at: now)
    case .fullIntraRequest(let request):
      guard let entry = request.entries.last(where: { $0.ssrc == ssrc }),
        entry.sequenceNumber != lastFullIntraRequest
      else { return }
      lastFullIntraRequest = entry.sequenceNumber
      requestKeyframe(at: now)
    case .receiverEstimatedMaximumBitrate(let estimate) where estimate.sources.contains(ssrc):
      counters.receiverEstimatedMaximumBitrate = estimate.bitrate
    case .goodbye: end(.peer)
    case .pictureLossIndication, .receiverEstimatedMaximumBitrate, .sourceDescription, .other: break
    }
  }

  private mutating func receive(_ blocks: [ReportBlock], at now: Instant) {
    let ntp = wallClock(at: now)
    for block in blocks { sender.receive(block, at: ntp) }
  }

  /// Asks for a key frame now, or when the hold since the last request is over.
  private mutating func requestKeyframe(at now: Instant) {
    counters.keyframeRequestsReceived &+= 1
    if let hold = keyframeHold, now < hold.until {
      keyframeHold = (hold.until, true)
    } else {
      keyframeHold = (now + configuration.keyframeRequestInterval, false)
      emit(.event(.keyframeRequested))
    }
  }

  mutating func releaseKeyframeRequest(at now: Instant) {
    guard let hold = keyframeHold, hold.isRequested, now >= hold.until else { return }
    keyframeHold = (now + configuration.keyframeRequestInterval, false)
    emit(.event(.keyframeRequested))
  }
}

extension DropReason {
  fileprivate init(_ error: SRTPError) {
    switch error {
    case .unauthentic: self = .unauthentic
    case .replayed, .tooOld: self = .replayed
    default: self = .refused
    }
  }
}
