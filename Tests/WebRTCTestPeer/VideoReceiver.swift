import RTP
import SansIO

/// The receiving side of one RTP stream: puts packets in order, asks for the missing ones, and gives frames out.
///
/// What a browser does, without its jitter buffer: a frame is given out as soon as it and all before it are whole. A
/// packet that does not come after `maximumRequests` is given up, and then nothing counts until a key frame.
struct VideoReceiver: Sendable {
  struct Statistics: Sendable {
    var packets = 0
    var bytes = 0
    var duplicates = 0
    /// Packets that came in the stream of their own: no duplicates, no retransmissions by RTX.
    var originals = 0
    /// Packets that came after they had been asked for.
    var recovered = 0
    var givenUp = 0
    var malformed = 0
    var frames = 0
    var keyFrames = 0
    var firstFrame: Instant?
  }

  private struct Packet {
    var sequenceNumber: Int64
    var timestamp: UInt32
    var hasMarker: Bool
    var payload: [UInt8]
  }

  private struct Missing {
    var sequenceNumber: Int64
    var nextRequest: Instant
    var requests = 0
  }

  /// How many times a packet is asked for.
  static let maximumRequests = 20
  static let capacity = 4096
  static let reorderTolerance: Duration = .milliseconds(10)
  static let requestInterval: Duration = .milliseconds(40)
  static let keyframeRequestInterval: Duration = .milliseconds(300)

  private(set) var statistics = Statistics()
  private(set) var frames: [ReceivedFrame] = []
  /// The highest sequence number so far, with the count of wraps above the lower 16 bits.
  private(set) var highest: Int64?
  private(set) var base: Int64 = 0
  private(set) var jitter = 0.0

  private var depacketizer: any Depacketizer
  private var ring: [Packet?] = Array(repeating: nil, count: Self.capacity)
  private var missing: [Missing] = []
  /// The packet that is given to the depacketizer next.
  private var next: Int64 = 0
  /// Whether the picture at `next` lacks a part.
  private var isBroken = false
  private var needsKeyframe = true
  private var nextKeyframeRequest: Instant?
  private var lastTransit: Double?

  init(depacketizer: any Depacketizer) { self.depacketizer = depacketizer }

  var deadline: Instant? {
    let requests = missing.lazy.map(\.nextRequest).min()
    return [requests, nextKeyframeRequest].compactMap { $0 }.min()
  }

  mutating func takeFrames() -> [ReceivedFrame] {
    defer { frames.removeAll(keepingCapacity: true) }
    return frames
  }

  mutating func receive(
    sequenceNumber: UInt16, timestamp: UInt32, hasMarker: Bool, payload: [UInt8], isRetransmission: Bool,
    at now: Instant
  ) {
    let number = extended(sequenceNumber)
    statistics.packets += 1
    statistics.bytes += payload.count
    updateJitter(timestamp: timestamp, at: now)
    if highest == nil {
      base = number
      next = number
      highest = number - 1
      nextKeyframeRequest = now + Self.keyframeRequestInterval
    }
    guard let top = highest, number >= next, number < next + Int64(Self.capacity) else {
      statistics.duplicates += 1
      return
    }
    let slot = Int(number) & (Self.capacity - 1)
    guard ring[slot]?.sequenceNumber != number else {
      statistics.duplicates += 1
      return
    }
    ring[slot] = Packet(sequenceNumber: number, timestamp: timestamp, hasMarker: hasMarker, payload: payload)
    if !isRetransmission { statistics.originals += 1 }
    if number > top {
      for lost in (top + 1)..<number {
        missing.append(Missing(sequenceNumber: lost, nextRequest: now + Self.reorderTolerance))
      }
      highest = number
    } else if let index = missing.firstIndex(where: { $0.sequenceNumber == number }) {
      if missing[index].requests > 0 { statistics.recovered += 1 }
      missing.remove(at: index)
    }
    assemble(at: now)
  }

  /// What to tell the sender at `now`: packets to send again, and whether a key frame is needed.
  mutating func requests(at now: Instant) -> (sequenceNumbers: [UInt16], needsKeyframe: Bool) {
    if let last = missing.last(where: { $0.requests >= Self.maximumRequests && $0.nextRequest <= now }) {
      giveUp(through: last.sequenceNumber, at: now)
    }
    var numbers: [UInt16] = []
    for index in missing.indices where missing[index].nextRequest <= now {
      numbers.append(UInt16(truncatingIfNeeded: missing[index].sequenceNumber))
      missing[index].requests += 1
      missing[index].nextRequest = now + Self.requestInterval
    }
    guard let due = nextKeyframeRequest, due <= now else { return (numbers, false) }
    nextKeyframeRequest = now + Self.keyframeRequestInterval
    return (numbers, true)
  }

  private mutating func giveUp(through number: Int64, at now: Instant) {
    let count = missing.count
    missing.removeAll { $0.sequenceNumber <= number }
    statistics.givenUp += count - missing.count
    next = number + 1
    isBroken = true
    needsKeyframe = true
    depacketizer.reset()
    nextKeyframeRequest = now
    assemble(at: now)
  }

  private mutating func assemble(at now: Instant) {
    while case let slot = Int(next) & (Self.capacity - 1), let packet = ring[slot], packet.sequenceNumber == next {
      ring[slot] = nil
      next += 1
      if !isBroken, !depacketizer.append(packet.payload[...]) {
        statistics.malformed += 1
        isBroken = true
        needsKeyframe = true
      }
      guard packet.hasMarker else { continue }
      if isBroken {
        depacketizer.reset()
        isBroken = false
      } else if let (data, isKeyFrame) = depacketizer.finish() {
        if isKeyFrame {
          needsKeyframe = false
          nextKeyframeRequest = nil
        }
        if !needsKeyframe {
          give(data, isKeyFrame: isKeyFrame, of: packet, at: now)
        }
      } else {
        statistics.malformed += 1
      }
    }
  }

  private mutating func give(_ data: [UInt8], isKeyFrame: Bool, of last: Packet, at now: Instant) {
    statistics.frames += 1
    if isKeyFrame { statistics.keyFrames += 1 }
    if statistics.firstFrame == nil { statistics.firstFrame = now }
    frames.append(
      ReceivedFrame(
        data: data, timestamp: last.timestamp, isKeyFrame: isKeyFrame, lastSequenceNumber: last.sequenceNumber,
        arrival: now))
  }

  /// The sequence number nearest to the highest one so far.
  private func extended(_ number: UInt16) -> Int64 {
    guard let highest else { return Int64(number) + 65_536 }
    return highest + Int64(Int16(truncatingIfNeeded: Int64(number) - highest))
  }

  /// RFC 3550 section 6.4.1, in units of the RTP time stamp.
  private mutating func updateJitter(timestamp: UInt32, at now: Instant) {
    let transit = Double(now.nanoseconds) * 9e-5 - Double(timestamp)
    if let last = lastTransit, abs(transit - last) < 90_000 { jitter += (abs(transit - last) - jitter) / 16 }
    lastTransit = transit
  }
}
