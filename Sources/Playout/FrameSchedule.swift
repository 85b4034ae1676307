import Media

/// Decoded frames that wait for their time, in order, and the time line that they are laid on.
struct FrameSchedule {
  /// Memory for frames decoded ahead, two of 4K with 8 bits; at least two, at most four frames. More would push what the
  /// decoder refers to out of the processor's cache, which costs more than it evens out.
  private static let bytes = 24 << 20

  private(set) var frames: [QueuedFrame] = []
  /// When the last frame that went out was due, and when it did.
  private(set) var published: (due: MediaTime, at: MediaTime)?
  private var timeline = MediaTimeline()
  private var cap: FramerateCap

  init(maximumFramerate: Int) { cap = FramerateCap(framerate: maximumFramerate) }

  var head: QueuedFrame? { frames.first }

  /// How many frames of `item` are decoded ahead.
  func capacity(of item: ActiveItem) -> Int {
    if item.description.isTestCard { return 1 }
    guard let bytes = frames.last?.bytes else { return 2 }
    return min(max(Self.bytes / max(bytes, 1), 2), 4)
  }

  /// Gives a frame its time; false when it is left out, for the source is faster than the rate asked for.
  mutating func append(_ frame: SourceFrame, of item: ActiveItem) -> Bool {
    let due = timeline.place(position: frame.position, duration: frame.duration, of: &item.timeline)
    guard cap.admits(due) else { return false }
    frames.append(QueuedFrame(frame: frame, due: due, item: item))
    return true
  }

  mutating func removeFirst() { frames.removeFirst() }

  /// The frame that was first goes out.
  mutating func publish(due: MediaTime, at now: MediaTime) { published = (due, now) }

  /// What comes next, comes now; what waits is dropped.
  mutating func jump(at now: MediaTime) {
    frames.removeAll()
    timeline.jump(to: now, after: published?.due)
    cap.reset()
  }

  /// The next item follows without a gap, or now, when a picture is held already that it cannot follow in time.
  mutating func beginItem(at now: MediaTime) {
    if frames.isEmpty, timeline.end < now {
      timeline.jump(to: now, after: published?.due)
    } else {
      timeline.beginItem()
    }
  }

  /// Leaves the last frame on for longer.
  mutating func extend(by duration: MediaTime) { timeline.extend(by: duration) }

  /// Moves all that is not out yet, and all that comes of `items`.
  mutating func move(by shift: MediaTime, items: [ActiveItem?]) {
    timeline.move(by: shift)
    for index in frames.indices { frames[index].due = frames[index].due + shift }
    var moved: [ActiveItem] = []
    for case let item? in items where !moved.contains(where: { $0 === item }) {
      item.timeline.move(by: shift)
      moved.append(item)
    }
  }
}
