import SansIO

extension RTPSender {
  /// How many numbers are looked up for one datagram, however many NACKs it holds.
  public static let maximumNumbers = 256

  /// Appends the packets that `nack` asks for, as far as they are still known, to `burst`.
  ///
  /// A packet is sent again at most once per round trip (20 ms when that is unknown or shorter), and in the long run at
  /// most one for two packets sent, so that no peer can make much out of little.
  ///
  /// - Parameter budget: how many numbers are still looked up; whoever misses more needs a key frame.
  /// - Returns: how many packets were appended.
  public mutating func resend(
    _ nack: GenericNACK, budget: inout Int, into burst: inout DatagramBurst, reserving overhead: Int, at now: Instant,
    protect: Protection
  ) -> Int {
    guard nack.media == configuration.ssrc else { return 0 }
    let interval = max(reception.roundTrip ?? .zero, .milliseconds(20))
    var count = 0
    for number in nack.sequenceNumbers {
      guard budget > 0, resendAllowance > 0 else { break }
      budget -= 1
      guard let (entry, index) = history.take(number, at: now, interval: interval) else { continue }
      var packet = OutgoingPacket(
        entry: entry, index: index, ssrc: configuration.ssrc, payloadType: configuration.payloadType,
        extensions: configuration.extensions[entry.extensions])
      if let retransmission = configuration.retransmission {
        packet = OutgoingPacket(
          entry: entry, index: index, ssrc: retransmission.ssrc, payloadType: retransmission.payloadType,
          extensions: configuration.extensions[entry.extensions], retransmissionNumber: nextRetransmissionNumber)
        nextRetransmissionNumber &+= 1
      }
      guard unsafe packet.write(into: &burst, reserving: overhead, protect: protect) else { break }
      count += 1
      resendAllowance -= 1
    }
    resentCount &+= UInt64(count)
    return count
  }

  /// How many packets `resend` may find, at most; for 0 no memory is needed.
  public func knownPackets(of nack: GenericNACK, budget: Int) -> Int {
    guard nack.media == configuration.ssrc, resendAllowance > 0 else { return 0 }
    return nack.sequenceNumbers.prefix(max(budget, 0)).count { history.spans($0) }
  }
}
