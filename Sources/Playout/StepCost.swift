import Media

/// What decoding one step takes; a step is not begun when a frame is due sooner.
struct StepCost {
  private(set) var time = MediaTime.zero

  /// Rises at once, falls slowly, and is never so long that nothing would be decoded ahead.
  mutating func took(_ cost: MediaTime, of item: ActiveItem) {
    let fallen = MediaTime(nanoseconds: time.nanoseconds * 15 / 16)
    time = min(max(cost, fallen), MediaTime(nanoseconds: item.description.frameDuration.nanoseconds / 4))
  }
}
