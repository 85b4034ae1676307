import RTP
import SRTP
import SansIO

extension PeerConnection {
  /// The longest RTCP datagram that is looked at, in bytes: a path MTU.
  private static var maximumRTCP: Int { 1500 }

  /// Takes an SRTCP packet from a verified address.
  mutating func receiveRTCP(_ datagram: borrowing RawSpan, at now: Instant) {
    guard let media = phase.media else { return counters.drops.count(.beforeConnected) }
    guard datagram.byteCount <= Self.maximumRTCP else { return counters.drops.count(.tooLong) }
    do {
      try unprotect(datagram, by: media, at: now)
    } catch let error as SRTPError {
      counters.drops.count(DropReason(error))
    } catch {
      counters.drops.count(.malformedRTCP)
    }
  }

  /// Checks and decrypts in a copy on the stack, and acts on all packets or on none.
  private mutating func unprotect(_ datagram: borrowing RawSpan, by media: SecureMedia, at now: Instant) throws {
    let source = copy datagram
    try unsafe withUnsafeTemporaryAllocation(byteCount: source.byteCount, alignment: 8) { buffer in
      unsafe source.withUnsafeBytes { unsafe buffer.copyMemory(from: $0) }
      let count = try unsafe media.inbound.unprotectRTCP(buffer)
      let compound = unsafe buffer.bytes.extracting(first: count)
      var packets = try RTCPCompoundReader(compound)
      while let packet = try packets.next() { try packet.check() }
      packets = try RTCPCompoundReader(compound)
      while !isClosed, let packet = try packets.next() { try receive(packet, at: now) }
    }
  }

  private mutating func receive(_ packet: RTCPPacketBody, at now: Instant) throws(RTPError) {
    if var blocks = try ReportBlocks(packet) {
      let ntp = wallClock(at: now)
      while let block = blocks.next() {
        for index in transceivers.indices { transceivers[index].sender.receive(block, at: ntp) }
      }
    } else if var missing = try MissingPackets(packet) {
      counters.nacksReceived &+= 1
      guard let index = transceivers.firstIndex(where: { $0.ssrc == missing.media }) else { return }
      for _ in 0..<RTPSender.maximumNumbers {
        guard let number = missing.next() else { break }
        transceivers[index].note(missing: number)
      }
    } else {
      receive(try RTCPPacket(packet), at: now)
    }
  }

  private mutating func receive(_ packet: RTCPPacket, at now: Instant) {
    switch packet {
    case .pictureLossIndication(let indication):
      for index in transceivers.indices where transceivers[index].ssrc == indication.media {
        requestKeyframe(of: index, at: now)
      }
    case .fullIntraRequest(let request):
      for index in transceivers.indices {
        guard let entry = request.entries.last(where: { $0.ssrc == transceivers[index].ssrc }),
          transceivers[index].keyframes.isNew(fullIntraRequest: entry.sequenceNumber)
        else { continue }
        requestKeyframe(of: index, at: now)
      }
    case .receiverEstimatedMaximumBitrate(let estimate):
      if transceivers.contains(where: { estimate.sources.contains($0.ssrc) }) {
        counters.receiverEstimatedMaximumBitrate = estimate.bitrate
      }
    case .goodbye: end(.peer)
    case .senderReport, .receiverReport, .genericNACK, .sourceDescription, .other: break
    }
  }

  /// Asks for a key frame now, or when the hold since the last request is over.
  private mutating func requestKeyframe(of index: Int, at now: Instant) {
    counters.keyframeRequestsReceived &+= 1
    if transceivers[index].keyframes.request(at: now) { emit(.event(.keyframeRequested)) }
  }
}

extension PeerConnection.Phase {
  /// The keys, once there are any.
  fileprivate var media: SecureMedia? {
    switch self {
    case .connecting(let media): media
    case .connected(let media): media
    case .closed: nil
    }
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
