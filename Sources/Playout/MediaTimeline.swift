import Media

/// How far the appliance's one time line is taken: items follow one another on it.
///
/// The time line is that of the clock, so it goes on while playback is paused or seeks; what moves is where an item
/// lies on it. Times that `place` gives always increase.
package struct MediaTimeline {
  /// Where the next item's first frame lies.
  private var start = MediaTime.zero
  /// When the last frame placed is due, and when it ends.
  package private(set) var last: MediaTime?
  package private(set) var end = MediaTime.zero

  /// Frames are never nearer than this: two ticks of RTP's 90 kHz clock, so that rounding keeps them apart.
  package static let minimumDistance = MediaTime(nanoseconds: 22_223)

  package init() {}

  /// Lets the next item follow the last frame without a gap.
  package mutating func beginItem() { start = end }

  /// Lets the next item lie at `time`, or right after `published`, which is out already.
  ///
  /// For a jump: the frames placed but not published are forgotten.
  package mutating func jump(to time: MediaTime, after published: MediaTime?) {
    last = published
    start = time
    end = time
  }

  /// Moves everything from here on by `shift`.
  package mutating func move(by shift: MediaTime) {
    start = start + shift
    end = end + shift
    last = last.map { $0 + shift }
  }

  /// Leaves the last frame on for longer before the next item.
  package mutating func extend(by duration: MediaTime) { end = end + duration }

  /// When the next frame of `item` is due.
  package mutating func place(
    position: MediaTime, duration: MediaTime, of item: inout ItemTimeline
  ) -> MediaTime {
    var due = item.lay(position, at: start)
    if let last, due < last + Self.minimumDistance { due = last + Self.minimumDistance }
    last = due
    end = due + duration
    return due
  }
}
