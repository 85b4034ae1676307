import SansIO

extension RTPSender {
  /// How many numbers are looked up for one datagram, however many NACKs it holds: whoever misses more needs a key frame.
  public static let maximumNumbers = 256

  /// Appends the packets of these numbers, as far as they are still known, to `burst`: of the first `maximumNumbers`, and
  /// as many as there is room for.
  ///
  /// A packet is sent again at most once per round trip (20 ms when that is unknown or shorter), and in the long run at
  /// most one for two packets sent, so that no peer can make much out of little.
  ///
  /// - Returns: how many packets were appended.
  public mutating func resend(
    _ numbers: [UInt16], into burst: inout DatagramBurst, reserving overhead: Int, at now: Instant, protect: Protection
  ) -> Int {
    let interval = max(reception.roundTrip ?? .zero, .milliseconds(20))
    var count = 0
    for number in numbers.prefix(Self.maximumNumbers) {
      guard resendAllowance > 0 else { break }
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
    counters.resentPackets &+= UInt64(count)
    return count
  }
}
