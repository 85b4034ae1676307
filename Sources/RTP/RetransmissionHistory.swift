import SansIO

/// The packets that one viewer was sent lately, for sending them again.
///
/// A ring of frames, not of packets: an entry holds a reference to the shared payloads and the little that was the
/// viewer's own, so a history costs nothing per packet and its memory is that of the frames themselves. Bounded by
/// frames and by packets.
package struct RetransmissionHistory: Sendable {
  /// Two seconds at 60 frames per second.
  package static let maximumFrames = 128
  /// Two seconds of 4.8 Mbit/s. Less than the window in which SRTP protects a packet again, 1024.
  package static let maximumPackets = 1000

  /// A frame as this viewer got it.
  struct Entry: Sendable {
    let frame: PacketizedFrame
    let packetCount: Int
    let firstSequenceNumber: UInt16
    let timestamp: UInt32
    /// A packet that is sent again under its own number must be the same to the last bit: with AEAD, other bytes under
    /// the same nonce would give the key away (RFC 7714 section 8.1). So the choice of extensions is kept.
    let extensions: ExtensionSet
  }

  /// When a packet was last sent again.
  private struct Resend {
    var sequenceNumber: UInt16
    var at: Instant
  }

  private var entries: [Entry?]
  private var oldest = 0
  private var count = 0
  private var packets = 0
  /// By the low bits of the sequence number; made when a packet is first sent again. There are more places than packets,
  /// so that one is not in the way of another.
  private var resends: [Resend?] = []
  private static let resendCapacity = 1024

  package init() { entries = Array(repeating: nil, count: Self.maximumFrames) }

  /// Remembers a frame, forgetting the oldest ones that there is no more room for.
  mutating func append(_ entry: Entry) {
    packets += entry.packetCount
    while count == Self.maximumFrames || (packets > Self.maximumPackets && count > 0) { removeOldest() }
    entries[(oldest + count) % Self.maximumFrames] = entry
    count += 1
  }

  private mutating func removeOldest() {
    packets -= entries[oldest]?.packetCount ?? 0
    entries[oldest] = nil
    oldest = (oldest + 1) % Self.maximumFrames
    count -= 1
  }

  /// Whether a number lies between those of the first and the last packet that are known.
  func spans(_ sequenceNumber: UInt16) -> Bool {
    guard count > 0, let first = entries[oldest],
      let last = entries[(oldest + count - 1) % Self.maximumFrames]
    else { return false }
    let end = last.firstSequenceNumber &+ UInt16(truncatingIfNeeded: last.packetCount)
    return sequenceNumber &- first.firstSequenceNumber < end &- first.firstSequenceNumber
  }

  /// Finds the packet and notes that it is being sent again at `now`; nil when it is unknown, or was last sent again
  /// less than `interval` ago.
  mutating func take(_ sequenceNumber: UInt16, at now: Instant, interval: Duration) -> (entry: Entry, index: Int)? {
    guard spans(sequenceNumber), let slot = slot(of: sequenceNumber), let found = entries[slot] else { return nil }
    let index = Int(sequenceNumber &- found.firstSequenceNumber)
    guard index < found.packetCount else { return nil }
    if resends.isEmpty { resends = Array(repeating: nil, count: Self.resendCapacity) }
    let place = Int(sequenceNumber) % Self.resendCapacity
    if let last = resends[place], last.sequenceNumber == sequenceNumber, now - last.at < interval { return nil }
    resends[place] = Resend(sequenceNumber: sequenceNumber, at: now)
    return (found, index)
  }

  /// Where the last frame is that begins at the number or before it: the numbers of the frames rise, so a few looks find
  /// it among all, which a receiver chooses how often to ask for.
  private func slot(of sequenceNumber: UInt16) -> Int? {
    guard let first = entries[oldest]?.firstSequenceNumber else { return nil }
    var (low, high) = (0, count - 1)
    while low < high {
      let middle = (low + high + 1) / 2
      guard let entry = entries[(oldest + middle) % Self.maximumFrames] else { return nil }
      if entry.firstSequenceNumber &- first <= sequenceNumber &- first { low = middle } else { high = middle - 1 }
    }
    return (oldest + low) % Self.maximumFrames
  }
}
