import FFmpeg
import Media

/// From one item to the next.
extension PlayerLoop {
  /// Has an item opened, elsewhere; what comes of it arrives in the inbox.
  func request(_ start: ItemOpener.Start, purpose: Preparation.Purpose, wraps: Bool = true) {
    if case .underway(_, _, let interruption) = preparation { interruption.raise() }
    requests += 1
    let interruption = Interruption(parent: stopping)
    preparation = .underway(request: requests, purpose: purpose, interruption: interruption)
    waiting = WaitingRequest(number: requests, start: start, wraps: wraps, interruption: interruption)
    startOpener()
  }

  /// Starts on the request that waits. Of many that come while openers are at work only the last is left.
  func startOpener() {
    guard let request = waiting, openers < Self.maximumOpeners else { return }
    let isStarted = environment.run { [opener, inbox, wakeup] in
      let outcome = opener.open(from: request.start, wraps: request.wraps, interruption: request.interruption)
      inbox.withLock { $0.append(outcome, of: request.number) }
      wakeup.raise()
    }
    // Short of threads, what is on stays on.
    openerRetry = isStarted ? nil : clock.now + Self.openerRetryInterval
    guard isStarted else { return }
    openers += 1
    waiting = nil
  }

  /// Has the item after the one that is being decoded opened.
  func requestFollowing() {
    guard let decoding, let item = decoding.item else { return }
    request(.after(item, index: decoding.index), purpose: .follow, wraps: configuration.repeats)
  }

  /// Whether it is time to open the next item.
  var preparesNext: Bool {
    guard case .none = preparation, !hasEnded, let decoding, decoding.item != nil else { return false }
    if decoding.hasEnded { return true }
    if decoding.isOnTrial, environment.journal?.isWary == true { return false }
    guard let duration = decoding.description.duration, let position = queue.last?.frame.position else {
      return false
    }
    return position > duration - Self.preparationTime
  }

  /// Takes what the opener found.
  func adopt(_ outcome: ItemOpener.Outcome, of request: Int) {
    guard case .underway(request, let purpose, _) = preparation else { return }
    patienceEnds = nil
    shared.state.withLock { state in
      state.count = outcome.count
      state.skipped = outcome.skipped
    }
    switch purpose {
    case .follow: preparation = .ready(outcome)
    case .jump(let seek): adopt(outcome, seek: seek)
    case .resume(let point):
      adopt(outcome, seek: outcome.opened?.item.url == point.url ? point.position : nil)
    }
  }

  private func adopt(_ outcome: ItemOpener.Outcome, seek: MediaTime?) {
    preparation = .none
    if let open = outcome.opened {
      jump(to: ActiveItem(open, journal: environment.journal), seek: seek)
    } else if decoding?.item == nil {
      showTestCard(because: outcome.reason)
    }
  }

  /// Plays another item at once; what was decoded of the last one is dropped, and its picture stays until then.
  func jump(to item: ActiveItem, seek: MediaTime? = nil) {
    let now = clock.now
    queue.removeAll()
    timeline.jump(to: now, after: lastPublished?.due)
    cap.reset()
    // A decoder holds many pictures, and the next one needs the room.
    if let decoding, decoding !== item { decoding.end() }
    decoding = item
    item.reached = nil
    hasEnded = false
    nextScan = nil
    skipUntil = nil
    item.isSought = seek != nil
    if pausedAt != nil {
      pausedAt = now
      wantsPreview = true
    }
    if let seek, let source = item.source {
      source.isSparing = false
      if (try? source.seek(to: seek)) != nil { skipUntil = seek }
    }
  }

  /// An item that breaks off before so many seconds is not tried again until it changes.
  private static let worthPlaying = 1.0
  /// What may be missing at the end of an item that is whole.
  private static let toleratedShortfall = MediaTime(seconds: 1)

  /// A file that claims to be so many times longer than what is in it is wrong, not cut off: fragmented ones do.
  private static let credibleExcess = 1000.0

  private var showingPosition: MediaTime { shared.state.withLock { $0.position } }

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
    opener.note(item, reason: reason, isPlayable: position.seconds >= Self.worthPlaying)
    shared.state.withLock { state in
      state.skipped.removeAll { $0.item == item }
      guard state.skipped.count < PlayerState.maximumSkipped else { return }
      state.skipped.append(PlayerState.Skipped(item: item, reason: reason))
    }
  }

  /// No more frames come from `active`.
  func end(_ active: ActiveItem, error: MediaError?) {
    active.end(isWhole: true)
    guard let item = active.item, !stopping.isRaised else { return }
    if active.frames == 0 {
      opener.note(item, reason: error?.description ?? "no picture in it can be decoded")
    } else if let error {
      let position = queue.last?.frame.position ?? showingPosition
      breaksOff(item, at: position, reason: "it breaks off at \(Int(position.seconds)) s: \(error.description)")
    } else if let reason = shortfall(of: active), let reached = active.reached {
      breaksOff(item, at: reached, reason: reason)
    } else if active.frames == 1 {
      timeline.extend(by: configuration.stillDuration)
    }
  }

  /// Goes on when the item that was decoded is over. False: there is nothing to do now but wait.
  func proceed(at now: MediaTime) -> Bool {
    if decoding?.item == nil { return proceedWithoutItem(at: now) }
    guard case .ready(let outcome) = preparation else { return false }
    if let open = outcome.opened {
      preparation = .none
      skipUntil = nil
      // A picture that is held already cannot be followed in time; the next item starts now, complete.
      if queue.isEmpty, timeline.end < now {
        timeline.jump(to: now, after: lastPublished?.due)
      } else {
        timeline.beginItem()
      }
      decoding = ActiveItem(open, journal: environment.journal)
      return true
    }
    guard queue.isEmpty, !hasEnded else { return false }
    preparation = .none
    if configuration.repeats || showing?.item == nil {
      showTestCard(because: outcome.reason)
    } else {
      hasEnded = true
      saidEnd = true
      shared.state.withLock { $0.hasEnded = true }
      events(.ended)
    }
    return true
  }

  /// Nothing has opened yet, or the test card has come to its end, which it does not.
  private func proceedWithoutItem(at now: MediaTime) -> Bool {
    guard let patienceEnds, now >= patienceEnds else { return false }
    self.patienceEnds = nil
    showTestCard(because: "opening the first item takes long")
    return true
  }

  /// Looks at the sources again while the test card is on.
  func rescan(at now: MediaTime) {
    guard let time = nextScan, now >= time else { return }
    nextScan = now + configuration.rescanInterval
    if case .none = preparation { request(.first, purpose: .jump(seek: nil)) }
  }

  private func showTestCard(because reason: String) {
    nextScan = clock.now + configuration.rescanInterval
    if decoding?.description.isTestCard == true { return }
    guard let card = try? environment.testCard() else { return }
    jump(to: ActiveItem(testCard: card))
    nextScan = clock.now + configuration.rescanInterval
    events(.testCard(reason: reason))
  }
}
