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
    guard links.environment.decodesAhead, case .ready(let open) = preparation, open.item.part.start == nil,
      let decoding, !decoding.hasEnded,
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
    case .tryFromStart: adopt(outcome, seek: nil, isPartial: false)
    case .resume(let point):
      adopt(outcome, seek: outcome.opened?.item.url == point.url ? point.position : nil)
    }
  }

  private func adopt(_ outcome: ItemOpener.Outcome, seek: MediaTime?, isPartial: Bool = true) {
    preparation = .none
    if let open = outcome.opened {
      let item = activate(open, isPartial: isPartial)
      jump(to: item)
      if let seek { self.seek(item, to: seek, isAsked: true) }
    } else if decoding?.item == nil {
      showTestCard(because: outcome.reason)
    }
  }

  /// From here on its packets are read, which may end the process.
  ///
  /// - Parameter isPartial: whether it begins where the part of it that is meant does.
  private func activate(_ open: OpenItem, isPartial: Bool = true) -> ActiveItem {
    let item = ActiveItem(open, journal: links.environment.journal)
    if links.environment.readsAhead { open.source.start(waking: links.wakeup) }
    if isPartial, let start = open.item.part.start { seek(item, to: start, isAsked: false) }
    return item
  }

  /// Has an item go on at a position.
  func seek(_ item: ActiveItem, to position: MediaTime, isAsked: Bool) {
    guard let source = item.source else { return }
    item.reached = nil
    source.isSparing = false
    source.seek(to: position)
    item.seek = .underway(ItemSearch(for: position, isAsked: isAsked))
  }

  /// Plays another item at once; what was decoded of the last one is dropped, and its picture stays until then.
  func jump(to item: ActiveItem) {
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
  private func breaksOff(_ active: ActiveItem, _ item: PlaylistItem, at position: MediaTime, reason: String) {
    requests.opener.note(
      item, reason: reason, stamp: active.description.stamp, isPlayable: position.seconds >= Self.worthPlaying)
    links.shared.state.withLock { state in
      state.skipped.removeAll { $0.item == item }
      guard state.skipped.count < PlayerState.maximumSkipped else { return }
      state.skipped.append(PlayerState.Skipped(item: item, reason: reason))
    }
  }

  /// No more frames come from `active`.
  func end(_ active: ActiveItem, error: MediaError?) {
    if let search = active.search, let last = search.last() {
      active.seek = search.isAsked ? .found : .none
      append(last, of: active)
    }
    // Its part may be over with that.
    guard !active.hasEnded else { return }
    active.end(isWhole: true)
    guard let item = active.item, !links.stopping.isRaised else { return }
    if active.frames == 0, active.isSought {
      // It may be the place's fault.
      request(.item(item, index: active.index), purpose: .tryFromStart)
    } else if active.frames == 0 {
      let reason = error?.description ?? "no picture in it can be decoded"
      requests.opener.note(item, reason: reason, stamp: active.description.stamp)
    } else if let error {
      let position = schedule.frames.last?.frame.position ?? showingPosition
      breaksOff(
        active, item, at: position, reason: "it breaks off at \(Int(position.seconds)) s: \(error.description)")
    } else if let reason = shortfall(of: active), let reached = active.reached {
      breaksOff(active, item, at: reached, reason: reason)
    } else if let cut = active.description.cut, let reached = active.reached {
      breaksOff(active, item, at: reached, reason: "it breaks off at \(Int(reached.seconds + 0.01)) s: \(cut)")
    } else {
      hold(active)
    }
  }

  /// The part of an item that is played is over.
  func stopped(_ active: ActiveItem) {
    active.end(isWhole: true)
    hold(active)
  }

  /// What is over sooner is held for so long; with nobody watching, for longer: to open items takes time.
  private static let shortest = (watched: MediaTime(seconds: 0.1), unwatched: MediaTime(seconds: 1))

  /// Leaves the last picture of an item on where it would be over too soon: a picture by itself is there to be looked at.
  private func hold(_ active: ActiveItem) {
    guard let reached = active.reached else { return }
    let length = reached - (active.item?.part.start ?? .zero)
    let shortest =
      active.frames == 1
      ? configuration.stillDuration : audience.isAwake ? Self.shortest.watched : Self.shortest.unwatched
    if length < shortest { schedule.extend(by: shortest - max(length, .zero)) }
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
    links.shared.state.withLock { $0.testCardReason = reason }
    if decoding?.description.isTestCard == true { return }
    guard let card = try? links.environment.testCard() else { return }
    jump(to: ActiveItem(testCard: card))
    links.events(.testCard(reason: reason))
  }
}
