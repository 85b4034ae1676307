import Clocks
import Delivery
import Fairness
import Foundation
import Media
import Playout
import SansIO
import Signalling
import WebServer

/// The WebSocket side: messages in, actions out.
extension Appliance {
  /// Speaks with one browser or remote until it goes.
  public func serve(_ socket: WebSocketConnection) async {
    let id = socket.id
    controls[id] = Control(
      socket: socket,
      session: SignallingSession(
        operators: door.operators, source: source(of: socket.remoteAddress), at: UInt64(clamping: MonotonicTime.now)))
    for await message in socket.inbound {
      let actions = controls[id]?.session.receive(message, at: UInt64(clamping: MonotonicTime.now), date: MonotonicTime.date) ?? []
      if let connection = controls[id]?.connection { registry.touch(connection) }
      for action in actions { await perform(action, for: id) }
    }
    let control = controls.removeValue(forKey: id)
    if let connection = control?.connection { leave(connection) }
  }

  private func perform(_ action: SignallingAction, for id: UInt64) async {
    switch action {
    case .join(let reply, let preset, let follow): welcome(id, reply: reply, preset: preset, follow: follow)
    case .answerOffer(let reply, let sdp, let preset): await answer(sdp, for: id, reply: reply, preset: preset)
    case .switchPreset(let reply, let preset, let scope): goTo(preset, scope, for: id, reply: reply)
    case .follow(let reply):
      controls[id]?.choice = nil
      if let connection = controls[id]?.connection {
        follow(connection, reply: reply)
      } else {
        confirmChoice(of: id, reply: reply)
      }
    case .playlist(let reply, .go(let index)) where index >= player.state.count:
      send(.error(SignallingError(.badMessage, Self.placeIsTooFar(player.state.count), id: reply)), to: id)
    case .playlist(_, let command): perform(command, by: author(id))
    case .transport(_, let command): perform(command, by: author(id))
    case .setPreset(_, let preset):
      note(.preset, "\(preset.number)", by: author(id))
      setPreset(preset)
    case .removePreset(let reply, let number):
      guard !removePreset(number) else { return note(.preset, "none at \(number)", by: author(id)) }
      let error =
        catalogue[number] == nil
        ? SignallingError(.unknownPreset, JoinError.unknownPreset.message, id: reply)
        : SignallingError(.badMessage, "The last preset cannot be removed.", id: reply)
      send(.error(error), to: id)
    case .ping(let reply): send(.pong(id: reply, time: Self.wallClockMilliseconds), to: id)
    case .reply(let message): send(message, to: id)
    case .close(let code, let reason):
      if code == WebSocketCloseCode.policyViolation.rawValue { send(.bye(reason: .kicked, retryAfter: nil), to: id) }
      controls[id]?.socket.close(WebSocketCloseCode(rawValue: code), reason: reason)
    }
  }

  private func author(_ id: UInt64) -> Author {
    Author(source: controls[id]?.session.source ?? .loopback, name: controls[id]?.session.grant?.name ?? "")
  }

  func send(_ message: ServerMessage, to id: UInt64) { controls[id]?.socket.send(message.encoded()) }

  /// To everyone who said hello.
  func broadcast(_ message: ServerMessage) {
    let bytes = message.encoded()
    for control in controls.values where control.session.isJoined { control.socket.send(bytes) }
  }

  /// Closes those who connected and said nothing.
  func expireControls() {
    let now = UInt64(clamping: MonotonicTime.now)
    for (id, control) in controls where !control.session.isJoined {
      for case .close(let code, let reason) in controls[id]?.session.advance(to: now) ?? [] {
        control.socket.close(WebSocketCloseCode(rawValue: code), reason: reason)
      }
    }
  }

  static var wallClockMilliseconds: Double {
    Double(MonotonicTime.now + MonotonicTime.wallClockOffset) / 1e6
  }

  /// - Parameters:
  ///   - preset: the preset that the viewer wants; nil with `follow` nil leaves an earlier choice alone.
  func welcome(_ id: UInt64, reply: UInt64?, preset: UInt8?, follow: Bool?) {
    guard var control = controls[id] else { return }
    if let preset, catalogue[preset] == nil {
      send(.error(SignallingError(.unknownPreset, JoinError.unknownPreset.message, id: reply)), to: id)
      control.choice = nil
    } else if let preset {
      control.choice = preset
    } else if follow == true {
      control.choice = nil
    }
    controls[id] = control
    refreshState()
    if control.session.role == .operator { control.socket.privilege() }
    send(
      .welcome(
        .init(
          id: reply, session: String(id, radix: 16), role: control.session.role, name: configuration.server.name,
          preset: control.choice ?? programme, following: control.choice == nil, rev: revision, state: currentState,
          limits: .init(viewers: configuration.server.viewers))), to: id)
    guard let connection = control.connection else { return }
    if preset != nil || follow == true { show(control.choice, on: connection, reply: nil) }
    // The welcome says what was asked for.
    if let viewer = registry[connection], let showing = viewer.showing, showing.preset != viewer.preset {
      tell(viewer, shows: showing.preset, rtpTimestamp: nil)
    }
  }

  private func answer(_ sdp: String, for id: UInt64, reply: UInt64?, preset: UInt8?) async {
    if let old = controls[id]?.connection {
      controls[id]?.connection = nil
      leave(old)
    }
    if let preset, catalogue[preset] != nil { controls[id]?.choice = preset }
    guard let control = controls[id] else { return }
    do throws(JoinError) {
      if let preset, catalogue[preset] == nil { throw .unknownPreset }
      let choice = control.choice.map(Choice.preset) ?? .programme
      let visitor = Visitor(
        control: id, source: source(of: control.socket.remoteAddress), isOperator: control.session.role == .operator)
      let joined = try await join(offer: sdp, choice: choice, by: visitor)
      guard controls[id] != nil else { return leave(joined.id) }
      controls[id]?.connection = joined.id
      noteJoin(joined.id, by: .page, author(id))
      send(
        .answer(
          id: reply,
          .init(
            sdp: joined.answer, codec: joined.codec.rawValue, preset: joined.preset,
            following: control.choice == nil, wanted: joined.wanted)), to: id)
    } catch {
      log.info("An offer was refused", metadata: ["reason": "\(error.message)"])
      send(.error(SignallingError(error.signalling, error.message, id: reply)), to: id)
    }
  }

  private func goTo(_ preset: UInt8, _ scope: Scope, for id: UInt64, reply: UInt64?) {
    guard catalogue[preset] != nil else {
      return send(.error(SignallingError(.unknownPreset, JoinError.unknownPreset.message, id: reply)), to: id)
    }
    switch scope {
    case .programme:
      let isFollower = controls[id]?.choice == nil && controls[id]?.connection != nil
      let isNew = programme != preset
      note(.programme, "\(preset)", by: author(id))
      setProgramme(preset, reply: controls[id]?.connection.flatMap { id in reply.map { (id, $0) } })
      // Whoever does not see it happen is told that it did.
      if !isFollower || !isNew { confirmChoice(of: id, reply: reply) }
    case .me:
      controls[id]?.choice = preset
      if let connection = controls[id]?.connection {
        choose(preset, for: connection, reply: reply)
      } else {
        confirmChoice(of: id, reply: reply)
      }
    }
  }

  private func show(_ choice: UInt8?, on connection: ConnectionID, reply: UInt64?) {
    if let choice { choose(choice, for: connection, reply: reply) } else { follow(connection, reply: reply) }
  }

  /// Without a media connection nothing has to switch: the choice holds from now on.
  private func confirmChoice(of id: UInt64, reply: UInt64?) {
    guard let control = controls[id] else { return }
    let change = ServerMessage.PresetChange(
      preset: control.choice ?? programme, scope: control.choice == nil ? .programme : .me, rtpTimestamp: nil,
      following: control.choice == nil)
    send(.presetChanged(id: reply, change), to: id)
  }

  /// Why there is no item at a place of the playlist.
  static func placeIsTooFar(_ count: Int) -> String {
    count == 0
      ? "The playlist is empty." : "The field index is to be a whole number from 0 to \(count - 1): there is no more."
  }

  func perform(_ command: PlaylistCommand, by author: Author) {
    note(.playlist, "\(command)", by: author)
    switch command {
    case .next: player.next()
    case .previous: player.previous()
    case .go(let index): player.go(to: index)
    }
  }

  func perform(_ command: TransportCommand, by author: Author) {
    note(.transport, "\(command)", by: author)
    switch command {
    case .play: player.play()
    case .pause: player.pause()
    case .seek(let seconds): player.seek(to: MediaTime(seconds: min(seconds, 1e7)))
    }
    // The player answers on its own thread; what it did shows a moment later.
    Task {
      try? await Task.sleep(for: .milliseconds(50))
      refreshState(withPosition: true)
    }
  }
}
