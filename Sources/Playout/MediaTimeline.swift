import Media

/// Lays the frames of items, one after another, on the appliance's one time line.
///
/// The time line is that of the clock, so it goes on while playback is paused or seeks; what moves is where an item's
/// own positions lie on it. Times that `place` gives always increase.
package struct MediaTimeline {
  /// An item's position p lies at p + offset; nil: the next frame decides.
  private var offset: MediaTime?
  /// Where the next frame lies when the offset is to be found.
  private var start = MediaTime.zero
  /// When the last frame placed is due, and when it ends.
  package private(set) var last: MediaTime?
  package private(set) var end = MediaTime.zero

  /// Frames are never nearer than this: two ticks of RTP's 90 kHz clock, so that rounding keeps them apart.
  package static let minimumDistance = MediaTime(nanoseconds: 22_223)

  package init() {}

  /// Lets the next frame, whatever its position, follow the last one without a gap.
  package mutating func beginItem() {
    offset = nil
    start = end
  }

  /// Lets the next frame, whatever its position, lie at `time`, or right after `published`, which is out already.
  ///
  /// For a jump: the frames placed but not published are forgotten.
  package mutating func jump(to time: MediaTime, after published: MediaTime?) {
    offset = nil
    last = published
    start = time
    end = time
  }

  /// Moves everything from here on by `shift`.
  package mutating func move(by shift: MediaTime) {
    offset = offset.map { $0 + shift }
    start = start + shift
    end = end + shift
    last = last.map { $0 + shift }
  }

  /// Leaves the last frame on for longer before the next item.
  package mutating func extend(by duration: MediaTime) { end = end + duration }

  /// When the next frame is due.
  package mutating func place(position: MediaTime, duration: MediaTime) -> MediaTime {
    let offset = self.offset ?? start - position
    self.offset = offset
    var due = position + offset
    if let last, due < last + Self.minimumDistance { due = last + Self.minimumDistance }
    last = due
    end = due + duration
    return due
  }
}
