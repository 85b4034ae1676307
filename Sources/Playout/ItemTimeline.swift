import Media

/// Where an item lies on the appliance's time line: one map, which all its tracks share.
///
/// It is laid once, when the item's first frame gets its place. A pause, a jump and catching up move the map, and never a
/// track by itself.
package struct ItemTimeline: Hashable, Sendable {
  /// The item's position p lies at p + offset; nil: the next frame decides.
  private var offset: MediaTime?

  package init() {}

  /// When the item's `position` is due; nil before it is laid.
  package func time(at position: MediaTime) -> MediaTime? { offset.map { position + $0 } }

  /// Lets `position` lie at `time`, unless it is laid already; when `position` is due.
  package mutating func lay(_ position: MediaTime, at time: MediaTime) -> MediaTime {
    let offset = self.offset ?? time - position
    self.offset = offset
    return position + offset
  }

  /// Forgets where it lay: the next frame decides.
  package mutating func lift() { offset = nil }

  package mutating func move(by shift: MediaTime) { offset = offset.map { $0 + shift } }
}
