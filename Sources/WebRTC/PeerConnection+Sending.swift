import RTP
import SRTP
import SansIO

extension PeerConnection {
  /// Appends the packets of one frame to `burst`, protected, for `remoteAddress` from `localAddress`.
  ///
  /// - Returns: where the frame went in the viewer's stream; nil, with nothing appended, when the connection is not up
  ///   or the burst has no room (`DropReason.unsentFrame`).
  public mutating func send(_ frame: PacketizedFrame, burst: inout DatagramBurst, at now: Instant) -> SentFrame? {
    guard phase == .connected, ice.selectedPath != nil, media != nil else { return nil }
    guard let sent = Self.write(frame, into: &burst, by: &sender, &media!.outbound, at: now) else {
      counters.drops.count(.unsentFrame)
      return nil
    }
    counters.framesSent &+= 1
    return sent
  }

  private static func write(
    _ frame: PacketizedFrame, into burst: inout DatagramBurst, by sender: inout RTPSender,
    _ session: inout SRTPSession, at now: Instant
  ) -> SentFrame? {
    unsafe sender.write(frame, into: &burst, reserving: session.profile.rtpOverhead, at: now) { buffer, count in
      try unsafe session.protect(buffer, count: count)
    }
  }

  /// Sends again what `nack` asks for.
  ///
  /// Loss is rare, so these packets take the long way, as outputs.
  ///
  /// - Parameter budget: what the datagram that `nack` came in may still cost.
  mutating func resend(_ nack: GenericNACK, budget: inout Int, at now: Instant) {
    let count = min(sender.knownPackets(of: nack, budget: budget), Self.maximumResends)
    guard media != nil, count > 0 else {
      budget -= nack.sequenceNumbers.prefix(max(budget, 0)).count { _ in true }
      return
    }
    var burst = DatagramBurst(byteCapacity: count * PacketizedFrame.maximumDatagram, capacity: count)
    Self.resend(nack, budget: &budget, into: &burst, by: &sender, &media!.outbound, at: now)
    for index in 0..<burst.count {
      emit(transmit(unsafe burst.bytes(at: index).withUnsafeBytes { unsafe [UInt8]($0) }))
    }
  }

  /// How many packets one NACK message can bring back at once.
  private static var maximumResends: Int { 128 }

  private static func resend(
    _ nack: GenericNACK, budget: inout Int, into burst: inout DatagramBurst, by sender: inout RTPSender,
    _ session: inout SRTPSession, at now: Instant
  ) {
    _ = unsafe sender.resend(
      nack, budget: &budget, into: &burst, reserving: session.profile.rtpOverhead, at: now
    ) { buffer, count in
      try unsafe session.protect(buffer, count: count)
    }
  }

  /// The wall clock at `now`.
  func wallClock(at now: Instant) -> NTPTime {
    NTPTime(unixNanoseconds: now.nanoseconds &+ configuration.wallClockOffset)
  }

  /// Sends SR and SDES (RFC 3550 section 6.1); nothing before the first frame.
  mutating func sendReport(at now: Instant) {
    guard let report = sender.senderReport(at: now, ntp: wallClock(at: now)) else { return }
    var writer = ByteWriter(capacity: 128)
    report.write(to: &writer)
    writeName(to: &writer)
    sendRTCP(writer.bytes)
  }

  /// Sends BYE, in the compound that it must come in (RFC 3550 section 6.6).
  mutating func sendGoodbye(at now: Instant) {
    var writer = ByteWriter(capacity: 128)
    if let report = sender.senderReport(at: now, ntp: wallClock(at: now)) {
      report.write(to: &writer)
    } else {
      ReceiverReport(ssrc: ssrc, blocks: []).write(to: &writer)
    }
    writeName(to: &writer)
    Goodbye(sources: [ssrc]).write(to: &writer)
    sendRTCP(writer.bytes)
  }

  private func writeName(to writer: inout ByteWriter) {
    SourceDescription(chunks: [.init(ssrc: ssrc, cname: Array(cname.utf8))]).write(to: &writer)
  }

  private mutating func sendRTCP(_ compound: [UInt8]) {
    guard media != nil else { return }
    var bytes = compound + [UInt8](repeating: 0, count: media!.outbound.profile.rtcpOverhead)
    let length = unsafe bytes.withUnsafeMutableBytes { buffer in
      try? unsafe media!.outbound.protectRTCP(buffer, count: compound.count)
    }
    guard let length else { return }
    emit(transmit(Array(bytes[..<length])))
  }
}
