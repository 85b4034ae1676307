import FFmpeg
import Media

/// Turns the time stamps of one stream into positions from its start that always increase.
///
/// A stamp is believed when it lies after the one before, and not absurdly far. Otherwise the frame follows the one
/// before at the usual distance, and if the next stamps go on from the odd one (a counter that wrapped, two recordings
/// glued together) the stream is believed again from there, moved to where it ought to be. The tracks of an item tell one
/// another how far: they are moved by the same, or sound would part from its picture.
package struct TimestampRepair {
  private let timeBase: Rational
  /// The stamp of position zero.
  private var origin: Int64?
  /// The usual distance between frames.
  package let frameDuration: MediaTime
  /// A longer gap than this is a broken stamp.
  private let maximumGap: MediaTime

  private var last: MediaTime?
  private var correction = MediaTime.zero
  private var suspected: MediaTime?
  private let shared: SharedCorrection?
  /// The last of the shared corrections that was looked at.
  private var seen = 0
  /// How many stamps were missing or not believed.
  package private(set) var repaired = 0

  /// What is still believed where stamps may jump, as in a transport stream.
  package static let believable = MediaTime(seconds: 10)

  /// - Parameters:
  ///   - origin: the stamp of the stream's start; nil: that of the first frame that has one. All tracks of an item have
  ///     the same, each in its own time base.
  ///   - maximumGap: how long a picture may be on: as long as the item, where its stamps do not jump.
  ///   - shared: how the item's other tracks are corrected; nil for the only one.
  package init(
    timeBase: Rational, origin: Int64?, frameDuration: MediaTime, maximumGap: MediaTime = Self.believable,
    shared: SharedCorrection? = nil
  ) {
    self.shared = shared
    self.timeBase = timeBase
    self.origin = origin
    let limit = MediaTime(seconds: 3600)
    self.frameDuration = frameDuration > .zero && frameDuration < limit ? frameDuration : MediaTime(seconds: 1 / 30)
    self.maximumGap = max(maximumGap, MediaTime(nanoseconds: self.frameDuration.nanoseconds * 4))
  }

  /// Forgets the frames before a seek: the next stamp is believed as it is.
  package mutating func reset() {
    last = nil
    correction = .zero
    suspected = nil
    seen = shared?.latest?.number ?? 0
  }

  /// The position of the next frame in order of display.
  package mutating func position(of stamp: Int64?) -> MediaTime {
    let position = repairedPosition(of: stamp)
    last = position
    return position
  }

  private mutating func repairedPosition(of stamp: Int64?) -> MediaTime {
    guard let stamp else {
      repaired += 1
      return last.map { $0 + frameDuration } ?? .zero
    }
    if origin == nil { origin = stamp }
    let time = self.time(of: stamp)
    guard let last else { return time }
    if isBelievable(time + correction, after: last) {
      suspected = nil
      return time + correction
    }
    if let theirs = shared?.latest, theirs.number > seen {
      seen = theirs.number
      if isBelievable(time + theirs.correction, after: last) {
        correction = theirs.correction
        suspected = nil
        return time + correction
      }
    }
    if let suspected, isBelievable(time + suspected, after: last) {
      correction = suspected
      self.suspected = nil
      if let shared { seen = shared.tell(suspected) }
      return time + correction
    }
    repaired += 1
    let guess = last + frameDuration
    suspected = guess - time
    return guess
  }

  private func isBelievable(_ position: MediaTime, after last: MediaTime) -> Bool {
    position > last && position - last <= maximumGap
  }

  /// `stamp` as a time after the origin; absurd ones end up at the edge of what is still safe to add to.
  private func time(of stamp: Int64) -> MediaTime {
    let (distance, overflow) = stamp.subtractingReportingOverflow(origin ?? 0)
    let time = timeBase.time(of: overflow ? (stamp < 0 ? .min : .max) : distance)
    let limit = MediaTime(nanoseconds: .max / 4)
    return min(max(time, .zero - limit), limit)
  }

  /// A length in the stream's units; nil for none or a nonsensical one.
  package func duration(of units: Int64?) -> MediaTime? {
    guard let units, units > 0 else { return nil }
    let duration = timeBase.time(of: units)
    // Of a time base as fine as this one's nanoseconds a unit may come to nothing.
    return duration > .zero && duration <= maximumGap ? duration : nil
  }
}

extension TimestampRepair {
  /// For the video of `reader`.
  init(_ reader: PacketReader, origin: Int64, shared: SharedCorrection?) {
    let video = reader.video
    let gap = reader.container.hasDiscontinuities ? .zero : video.duration ?? .zero
    self.init(
      timeBase: video.timeBase, origin: origin,
      frameDuration: video.averageFrameRate.map { MediaTime(seconds: 1 / $0.value) } ?? .zero,
      maximumGap: max(Self.believable, gap), shared: shared)
  }
}
