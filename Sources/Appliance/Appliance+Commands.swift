import Media
import Programme
import Signalling

/// Commands, whatever the way they came: the programme says what follows, and here it happens.
extension Appliance {
  /// Carries a command out, and tells everybody what has changed.
  ///
  /// - Parameter reply: the message that is answered when the client sees what it asked for.
  func perform(_ command: Command, by client: Client, _ author: Author, reply: UInt64? = nil) throws(Refusal) {
    let former = programme.preset
    let effects = try programme.perform(command, by: client, items: player.state.count)
    for effect in effects { carryOut(effect, by: author) }
    let sees: Bool
    switch command {
    case .goto(let preset, .programme):
      sees = programme.isFollowing(client.id) && registry[client.id] != nil && preset != former
    case .goto(_, .me), .follow: sees = registry[client.id] != nil
    case .setPreset, .removePreset: return settle()
    case .playlist, .transport: return
    }
    if sees { registry.asked(client.id, reply: reply) }
    settle()
    // Whoever does not see it happen is told that it did.
    if !sees { confirmChoice(of: client.id, reply: reply) }
  }

  /// Makes the presets those of another configuration.
  func replace(presets: [Preset]) {
    for effect in programme.replace(presets: presets) { carryOut(effect, by: nil) }
    settle()
  }

  private func settle() {
    settleStreams()
    refreshState()
  }

  private func carryOut(_ effect: Effect, by author: Author?) {
    switch effect {
    case .changed(let change, let to):
      if let author { note(change, to, by: author) }
    case .presets: channels.setPresets(programme.presets.ordered.map(\.camera))
    // What is seen follows from the programme when the streams are settled.
    case .programme, .choice: break
    case .playlist(.next): player.next()
    case .playlist(.previous): player.previous()
    case .playlist(.go(let index)): player.go(to: index)
    case .transport(.play): player.play()
    case .transport(.pause): player.pause()
    case .transport(.seek(let seconds)): player.seek(to: MediaTime(seconds: min(seconds, 1e7)))
    }
  }
}
