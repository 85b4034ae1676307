import FFmpeg
import Media

/// What of a stream is decoded, and which of its pictures are shown.
///
/// Nothing is decoded before a key frame or a recovery point: it refers to what is not there, and some decoders make grey
/// of that without a word. From a recovery point on a picture heals bit by bit, and is shown when it is whole. After damage
/// the last good picture stays on, until there is a clean one or for two seconds.
struct PictureGates {
  enum Verdict {
    case decode
    case passOver
    /// There is no key frame far and wide: everything is decoded, from the start.
    case startOver
  }

  private enum Entry {
    /// Nothing has been decoded yet; since when, and how many packets were passed over.
    case closed(since: MediaTime?, packets: Int)
    case open
    /// Decoding began at a recovery point; so many pictures are still incomplete.
    case recovering(pictures: Int)
    /// The stream does not say which of its pictures are key frames.
    case unguarded
  }

  private enum Damage {
    case none
    /// Pictures after `stamp` are not shown, if it has one; since when, and how many were not.
    case holding(after: Int64?, since: MediaTime?, pictures: Int)
    /// It has lasted too long: what there is, is shown.
    case tolerated
  }

  /// Longer than the groups of pictures of cameras and encoders are.
  private static let longestGroup = MediaTime(seconds: 15)
  private static let maximumPassedOver = 1800
  /// How long a picture is held for damage.
  private static let longestHold = MediaTime(seconds: 2)
  private static let maximumHeld = 120

  private let video: VideoStream
  private var entry = Entry.closed(since: nil, packets: 0)
  private var damage = Damage.none
  /// Whether there is a picture to hold.
  private var hasShown = false
  /// The stamp of the last packet that was decoded.
  private var lastSent: Int64?

  init(for video: VideoStream) { self.video = video }

  /// Reading goes on elsewhere, or the decoder begins anew.
  mutating func begin() {
    damage = .none
    hasShown = false
    lastSent = nil
    if case .unguarded = entry { return }
    entry = .closed(since: nil, packets: 0)
  }

  /// What becomes of the next packet.
  mutating func verdict(on packet: borrowing Packet) -> Verdict {
    if case .closed(let since, let packets) = entry {
      switch packet.entry(in: video) {
      case .keyFrame: entry = .open
      case .recoveryPoint(let pictures) where pictures <= Self.maximumPassedOver:
        entry = .recovering(pictures: pictures)
      case .recoveryPoint, .none: return passOver(packet, since: since, packets: packets)
      }
    }
    // Itself, and what follows it.
    if packet.isCorrupt { damaged() }
    lastSent = packet.pts ?? packet.dts
    return .decode
  }

  /// Nothing follows: whether all of it was passed over. It is to be decoded from the start then.
  mutating func isEndWithoutEntry() -> Bool {
    guard case .closed(_, let packets) = entry, packets > 0 else { return false }
    entry = .unguarded
    return true
  }

  private mutating func passOver(_ packet: borrowing Packet, since: MediaTime?, packets: Int) -> Verdict {
    let time = (packet.pts ?? packet.dts).map(video.time)
    let isLong = time.flatMap { time in since.map { time - $0 >= Self.longestGroup } } == true
    guard !isLong, packets < Self.maximumPassedOver else {
      entry = .unguarded
      return .startOver
    }
    entry = .closed(since: since ?? time, packets: packets + 1)
    return .passOver
  }

  /// Something of the stream is lost.
  mutating func damaged() {
    if case .none = damage { damage = .holding(after: lastSent, since: nil, pictures: 0) }
  }

  /// Whether a picture that came out is shown.
  mutating func shows(_ frame: VideoFrame) -> Bool {
    if case .recovering(let pictures) = entry {
      let isWhole = frame.isKeyFrame || pictures == 0
      entry = isWhole ? .open : .recovering(pictures: pictures - 1)
      guard isWhole else { return false }
    }
    let isShown = !isHeldBack(frame) || !hasShown
    hasShown = hasShown || isShown
    return isShown
  }

  private mutating func isHeldBack(_ frame: VideoFrame) -> Bool {
    if frame.isDamaged, case .none = damage { damage = .holding(after: nil, since: nil, pictures: 0) }
    if frame.isKeyFrame, !frame.isDamaged, isAfterDamage(frame) { damage = .none }
    switch damage {
    case .none, .tolerated: return false
    case .holding(let stamp, let since, let pictures):
      guard isAfterDamage(frame) else { return false }
      let time = frame.pts.map(video.time)
      let start = since ?? time
      let isLong = time.flatMap { time in start.map { time - $0 >= Self.longestHold } } == true
      guard isLong || pictures >= Self.maximumHeld else {
        damage = .holding(after: stamp, since: start, pictures: pictures + 1)
        return true
      }
      damage = .tolerated
      return false
    }
  }

  /// A picture that was due before is as good as it ever was.
  private func isAfterDamage(_ frame: VideoFrame) -> Bool {
    guard case .holding(let stamp?, _, _) = damage, let time = frame.pts else { return true }
    return time > stamp
  }
}
