import RTP
import SRTP
import SansIO

extension PeerConnection {
  /// Appends the packets of one frame to `burst`, protected, for `path`.
  ///
  /// - Parameter section: which of the sections that media is sent in, in the order of the answer.
  /// - Returns: where the frame went in the viewer's stream; nil, with nothing appended, when the connection is not up
  ///   or the burst has no room (`DropReason.unsentFrame`).
  public mutating func send(
    _ frame: PacketizedFrame, in section: Int = 0, burst: inout DatagramBurst
  ) -> SentFrame? {
    guard case .connected(let media) = phase, ice.selectedPath != nil, transceivers.indices.contains(section) else {
      return nil
    }
    guard let sent = transceivers[section].write(frame, into: &burst, by: media) else {
      counters.drops.count(.unsentFrame)
      return nil
    }
    counters.framesSent &+= 1
    return sent
  }

  /// Whether the viewer misses packets that `resend` is to send again.
  public var hasMissingPackets: Bool { transceivers.contains { !$0.missing.isEmpty } }

  /// Appends to `burst`, protected, for `path`, what the viewer misses, as far as it is known; allocates nothing.
  public mutating func resend(into burst: inout DatagramBurst, at now: Instant) {
    guard case .connected(let media) = phase, ice.selectedPath != nil else { return }
    for index in transceivers.indices where !transceivers[index].missing.isEmpty {
      transceivers[index].resend(into: &burst, by: media, at: now)
    }
  }

  /// The wall clock at `now`.
  func wallClock(at now: Instant) -> NTPTime {
    NTPTime(unixNanoseconds: now.nanoseconds &+ configuration.wallClockOffset)
  }

  /// Sends SR and SDES (RFC 3550 section 6.1) for each section; nothing before its first frame.
  mutating func sendReports(by media: SecureMedia, at now: Instant) {
    for transceiver in transceivers {
      guard let report = transceiver.sender.senderReport(at: now, ntp: wallClock(at: now)) else { continue }
      var writer = ByteWriter(capacity: 128)
      report.write(to: &writer)
      writeName(of: transceiver.ssrc, to: &writer)
      sendRTCP(writer.bytes, by: media)
    }
  }

  /// Sends BYE for each section, in the compound that it must come in (RFC 3550 section 6.6).
  mutating func sendGoodbye(by media: SecureMedia, at now: Instant) {
    for transceiver in transceivers {
      var writer = ByteWriter(capacity: 128)
      if let report = transceiver.sender.senderReport(at: now, ntp: wallClock(at: now)) {
        report.write(to: &writer)
      } else {
        ReceiverReport(ssrc: transceiver.ssrc, blocks: []).write(to: &writer)
      }
      writeName(of: transceiver.ssrc, to: &writer)
      Goodbye(sources: [transceiver.ssrc]).write(to: &writer)
      sendRTCP(writer.bytes, by: media)
    }
  }

  private func writeName(of ssrc: UInt32, to writer: inout ByteWriter) {
    SourceDescription(chunks: [.init(ssrc: ssrc, cname: Array(cname.utf8))]).write(to: &writer)
  }

  private mutating func sendRTCP(_ compound: [UInt8], by media: SecureMedia) {
    var bytes = compound + [UInt8](repeating: 0, count: media.outbound.profile.rtcpOverhead)
    let length = unsafe bytes.withUnsafeMutableBytes { buffer in
      try? unsafe media.outbound.protectRTCP(buffer, count: compound.count)
    }
    guard let length else { return }
    emit(transmit(Array(bytes[..<length])))
  }
}
