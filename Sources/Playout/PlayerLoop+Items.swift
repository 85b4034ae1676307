import FFmpeg
import Media

/// From one item to the next.
extension PlayerLoop {
  /// The next item is opened when this much of the one that is on is left.
  private static let preparationTime = MediaTime(seconds: 5)
  /// Its first picture is decoded when this much is left: not sooner, for two decoders hold many pictures.
  private static let warmUpTime = MediaTime(seconds: 0.75)

  /// Has an item opened, elsewhere; what comes of it arrives in the inbox.
  func request(_ start: ItemOpener.Start, purpose: Preparation.Purpose, wraps: Bool = true) {
    if case .underway(_, _, let interruption) = preparation { interruption.raise() }
    // What is ready is dropped before another takes its room.
    preparation = .none
    let interruption = Interruption(parent: links.stopping)
    let number = requests.ask(.open(from: start, wraps: wraps), interruption: interruption)
    preparation = .underway(request: number, purpose: purpose, interruption: interruption)
  }

  /// Has the item after the one that is being decoded opened.
  func requestFollowing() {
    guard let decoding, let item = decoding.item else { return }
    request(.after(item, index: decoding.index), purpose: .follow, wraps: configuration.repeats)
  }

  /// Whether it is time to open the next item.
  var preparesNext: Bool {
    guard case .none = preparation, stage != .ended, let decoding, decoding.item != nil else { return false }
    if decoding.hasEnded { return true }
    if decoding.isOnTrial, links.environment.journal?.isWary == true { return false }
    return isLeft(Self.preparationTime, of: decoding)
  }

  private func isLeft(_ time: MediaTime, of item: ActiveItem) -> Bool {
    guard let duration = item.description.duration, let position = schedule.frames.last?.frame.position else {
      return false
    }
    return position > duration - time
  }

  /// Has the first picture of the next item decoded, elsewhere, when its turn is near.
  func warmUp() {
    guard links.environment.decodesAhead, case .ready(let open) = preparation, let decoding, !decoding.hasEnded,
      isLeft(Self.warmUpTime, of: decoding)
    else { return }
    let interruption = Interruption(parent: links.stopping)
    let number = requests.ask(.warmUp(open), interruption: interruption)
    preparation = .underway(request: number, purpose: .follow, interruption: interruption)
  }

  /// Takes what the opener has to say, if nothing else has been asked for since.
  func adopt(_ answer: ItemRequests.Answer, of request: Int) {
    guard case .underway(request, let purpose, _) = preparation else { return }
    switch answer {
    case .found(let outcome): adopt(outcome, for: purpose)
    case .warm(let open): preparation = .warm(open)
    }
  }

  private func adopt(_ outcome: ItemOpener.Outcome, for purpose: Preparation.Purpose) {
    links.shared.state.withLock { state in
      state.count = outcome.count
      state.skipped = outcome.skipped
    }
    switch purpose {
    case .follow:
      preparation =
        if let open = outcome.opened {
          .ready(open)
        } else {
          .nothingFollows(reason: outcome.reason)
        }
    case .jump(let seek): adopt(outcome, seek: seek)
    case .resume(let point):
      adopt(outcome, seek: outcome.opened?.item.url == point.url ? point.position : nil)
    }
  }

  private func adopt(_ outcome: ItemOpener.Outcome, seek: MediaTime?) {
    preparation = .none
    if let open = outcome.opened {
      jump(to: activate(open), seek: seek)
    } else if decoding?.item == nil {
      showTestCard(because: outcome.reason)
    }
  }

  /// From here on its packets are read, which may end the process.
  private func activate(_ open: OpenItem) -> ActiveItem {
    let item = ActiveItem(open, journal: links.environment.journal)
    if links.environment.readsAhead { open.source.start(waking: links.wakeup) }
    return item
  }

  /// Plays another item at once; what was decoded of the last one is dropped, and its picture stays until then.
  func jump(to item: ActiveItem, seek: MediaTime? = nil) {
    let now = clock.now
    schedule.jump(at: now)
    item.timeline.lift()
    // A decoder holds many pictures, and the next one needs the room.
    if let decoding, decoding !== item { decoding.end() }
    decoding = item
    item.reached = nil
    item.waitingSince = nil
    stage = item.item == nil ? .testCard(rescan: now + configuration.rescanInterval) : .playing
    if motion != .playing { motion = .previewing(since: now) }
    item.seek = .none
    if let seek, let source = item.source {
      source.isSparing = false
      source.seek(to: seek)
      item.seek = .skipping(to: seek)
    }
  }

  /// An item that breaks off before so many seconds is not tried again until it changes.
  private static let worthPlaying = 1.0
  /// What may be missing at the end of an item that is whole.
  private static let toleratedShortfall = MediaTime(seconds: 1)

  /// A file that claims to be so many times longer than what is in it is wrong, not cut off: fragmented ones do.
  private static let credibleExcess = 1000.0

  private var showingPosition: MediaTime { links.shared.state.withLock { $0.position } }

  /// Where `active` ended although it claims to be longer; nil when it did not, or nobody can tell.
  private func shortfall(of active: ActiveItem) -> String? {
    guard let claimed = active.description.claimedDuration, let reached = active.reached,
      reached + Self.toleratedShortfall < claimed, claimed.seconds < reached.seconds * Self.credibleExcess
    else { return nil }
    // Three seconds of thirtieths are a little less.
    return "it breaks off at \(Int(reached.seconds + 0.01)) s of \(Int(claimed.seconds.rounded()))"
  }

  /// Remembers where an item breaks off; one that is worth it is played as far as it goes.
  private func breaksOff(_ item: PlaylistItem, at position: MediaTime, reason: String) {
    requests.opener.note(item, reason: reason, isPlayable: position.seconds >= Self.worthPlaying)
    links.shared.state.withLock { state in
      state.skipped.removeAll { $0.item == item }
      guard state.skipped.count < PlayerState.maximumSkipped else { return }
      state.skipped.append(PlayerState.Skipped(item: item, reason: reason))
    }
  }

  /// No more frames come from `active`.
  func end(_ active: ActiveItem, error: MediaError?) {
    active.end(isWhole: true)
    guard let item = active.item, !links.stopping.isRaised else { return }
    if active.frames == 0 {
      requests.opener.note(item, reason: error?.description ?? "no picture in it can be decoded")
    } else if let error {
      let position = schedule.frames.last?.frame.position ?? showingPosition
      breaksOff(item, at: position, reason: "it breaks off at \(Int(position.seconds)) s: \(error.description)")
    } else if let reason = shortfall(of: active), let reached = active.reached {
      breaksOff(item, at: reached, reason: reason)
    } else if active.frames == 1 {
      schedule.extend(by: configuration.stillDuration)
    }
  }

  /// Goes on when the item that was decoded is over. False: there is nothing to do now but wait.
  func proceed(at now: MediaTime) -> Bool {
    if decoding?.item == nil { return proceedWithoutItem(at: now) }
    switch preparation {
    case .ready(let next), .warm(let next):
      preparation = .none
      schedule.beginItem(at: now)
      decoding = activate(next)
      return true
    case .nothingFollows(let reason):
      guard schedule.head == nil, stage != .ended else { return false }
      preparation = .none
      if configuration.repeats || showing?.item == nil {
        showTestCard(because: reason)
      } else {
        finish()
      }
      return true
    case .underway, .none: return false
    }
  }

  private func finish() {
    stage = .ended
    told.end = true
    links.shared.state.withLock { $0.hasEnded = true }
    links.events(.ended)
  }

  /// Nothing has opened yet, or the test card has come to its end, which it does not.
  private func proceedWithoutItem(at now: MediaTime) -> Bool {
    guard case .opening(let patience) = stage, now >= patience else { return false }
    showTestCard(because: "opening the first item takes long")
    return true
  }

  /// Looks at the sources again while the test card is on.
  func rescan(at now: MediaTime) {
    guard case .testCard(let time) = stage, now >= time else { return }
    stage = .testCard(rescan: now + configuration.rescanInterval)
    if case .none = preparation { request(.first, purpose: .jump(seek: nil)) }
  }

  private func showTestCard(because reason: String) {
    stage = .testCard(rescan: clock.now + configuration.rescanInterval)
    if decoding?.description.isTestCard == true { return }
    guard let card = try? links.environment.testCard() else { return }
    jump(to: ActiveItem(testCard: card))
    links.events(.testCard(reason: reason))
  }
}
