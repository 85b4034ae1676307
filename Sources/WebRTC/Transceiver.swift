import RTP
import SDP
import SansIO

/// One section of a connection that media is sent in.
struct Transceiver {
  /// Of every video payload format (RFC 6184 section 8.2.1, RFC 7741 section 6.2).
  private static let videoClockRate: UInt32 = 90_000

  let ssrc: UInt32
  var sender: RTPSender
  var keyframes: KeyframeRequestHold
  /// What the viewer misses and has not been sent again yet; `RTPSender.maximumNumbers` at most.
  private(set) var missing: [UInt16] = []

  init(
    video: NegotiatedVideo, identity: StreamIdentity, keyframeInterval: Duration,
    random: inout some RandomNumberGenerator
  ) {
    ssrc = identity.ssrc
    sender = RTPSender(
      configuration: .init(
        ssrc: identity.ssrc, payloadType: video.payloadType, clockRate: Self.videoClockRate,
        retransmission: video.rtxPayloadType.map { .init(ssrc: identity.rtxSSRC, payloadType: $0) },
        extensions: HeaderExtensions(
          playoutDelayID: video.playoutDelayExtension, midID: video.midExtension, mid: video.mid)),
      random: &random)
    keyframes = KeyframeRequestHold(interval: keyframeInterval)
    missing.reserveCapacity(RTPSender.maximumNumbers)
  }

  /// Notes that a packet is missing; more than can be looked up at once is a case for a key frame.
  mutating func note(missing number: UInt16) {
    if missing.count < RTPSender.maximumNumbers { missing.append(number) }
  }

  /// Appends the packets of one frame, protected; nil when the burst has no room or a packet cannot be protected.
  mutating func write(_ frame: PacketizedFrame, into burst: inout DatagramBurst, by media: SecureMedia) -> SentFrame? {
    unsafe sender.write(frame, into: &burst, reserving: media.outbound.profile.rtpOverhead) { buffer, count in
      try unsafe media.outbound.protect(buffer, count: count)
    }
  }

  /// Appends what is missing, as far as it is known.
  mutating func resend(into burst: inout DatagramBurst, by media: SecureMedia, at now: Instant) {
    _ = unsafe sender.resend(
      missing, into: &burst, reserving: media.outbound.profile.rtpOverhead, at: now
    ) { buffer, count in
      try unsafe media.outbound.protect(buffer, count: count)
    }
    missing.removeAll(keepingCapacity: true)
  }
}
