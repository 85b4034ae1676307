import Media

/// What people ask of the player.
extension PlayerLoop {
  func obey(_ command: PlayerInbox.Command) {
    switch command {
    case .pause: pause()
    case .play: play()
    case .seek(let position): seek(to: max(position, .zero))
    case .next: skip { .after($0, index: $1) }
    case .previous: skip { .before($0, index: $1) }
    case .go(let index): request(.index(index), purpose: .jump(seek: nil))
    case .change(let sources, let repeats): change(sources: sources, repeats: repeats)
    }
  }

  private func pause() {
    guard motion.isPlaying else { return }
    motion = .paused(since: clock.now)
    links.shared.state.withLock { $0.isPaused = true }
    links.events(.paused)
  }

  private func play() {
    if let since = motion.pausedSince {
      // What was due during the pause is due as much later.
      move(by: clock.now - since)
      motion = .playing
      links.shared.state.withLock { $0.isPaused = false }
      links.events(.resumed)
    }
    if stage == .ended { request(.first, purpose: .jump(seek: nil)) }
  }

  private func change(sources: PlaylistSources, repeats: Bool) {
    configuration.sources = sources
    configuration.repeats = repeats
    requests.opener.change(sources: sources)
    // What was opened ahead may not be next any more.
    switch preparation {
    case .underway(_, .follow, let interruption):
      interruption.raise()
      preparation = .none
      requests.cancel()
    case .ready, .warm, .nothingFollows: preparation = .none
    case .underway, .none: break
    }
    if decoding?.item == nil { request(.first, purpose: .jump(seek: nil)) }
  }

  /// Within the item that is on; when it has been read to its end already, it is opened again for that.
  private func seek(to position: MediaTime) {
    guard let showing, showing.item != nil else { return }
    if showing === decoding, !showing.hasEnded {
      jump(to: showing)
      seek(showing, to: position, isAsked: true)
    } else {
      request(.index(showing.index), purpose: .jump(seek: position))
    }
  }

  private func skip(_ start: (PlaylistItem, Int) -> ItemOpener.Start) {
    guard let active = showing ?? decoding, let item = active.item else {
      return request(.first, purpose: .jump(seek: nil))
    }
    request(start(item, active.index), purpose: .jump(seek: nil))
  }
}
