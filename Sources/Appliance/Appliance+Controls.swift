import Clocks
import Delivery
import Fairness
import Foundation
import Media
import Playout
import Programme
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
      let now = UInt64(clamping: MonotonicTime.now)
      let actions = controls[id]?.session.receive(message, at: now, date: MonotonicTime.date) ?? []
      if let connection = registry[.socket(id)] { registry.touch(connection) }
      for action in actions { await perform(action, for: id) }
    }
    controls[id] = nil
    if let connection = registry[.socket(id)] { leave(connection) }
    programme.forget(.socket(id))
  }

  private func perform(_ action: SignallingAction, for id: UInt64) async {
    switch action {
    case .join(let reply, let preset, let follow): welcome(id, reply: reply, preset: preset, follow: follow)
    case .answerOffer(let reply, let sdp, let preset): await answer(sdp, for: id, reply: reply, preset: preset)
    case .command(let reply, let command):
      do throws(Refusal) {
        let client = Client(.socket(id), role: controls[id]?.session.role ?? .viewer)
        try perform(command, by: client, author(id), reply: reply)
      } catch {
        send(.error(SignallingError(error, id: reply)), to: id)
      }
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

  /// Only those who speak on a WebSocket are told anything.
  func send(_ message: ServerMessage, to client: ClientID) {
    if case .socket(let id) = client { send(message, to: id) }
  }

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
    guard let control = controls[id] else { return }
    let client = ClientID.socket(id)
    if preset != nil || follow == true {
      do throws(Refusal) {
        try programme.choose(preset, for: client)
      } catch {
        send(.error(SignallingError(error, id: reply)), to: id)
        programme.forget(client)
      }
    }
    refreshState()
    if control.session.role == .operator { control.socket.privilege() }
    send(
      .welcome(
        .init(
          id: reply, session: String(id, radix: 16), role: control.session.role, name: configuration.server.name,
          preset: programme.preset(of: client), following: programme.isFollowing(client), rev: programme.revision,
          state: currentState, limits: .init(viewers: configuration.server.viewers))), to: id)
    guard let connection = registry[client] else { return }
    if preset != nil || follow == true {
      registry.asked(client, reply: nil)
      settleStreams()
    }
    // The welcome says what was asked for.
    if let viewer = registry[connection], let showing = viewer.showing, showing.preset != viewer.wanted.preset {
      tell(viewer, shows: showing.preset, rtpTimestamp: nil)
    }
  }

  private func answer(_ sdp: String, for id: UInt64, reply: UInt64?, preset: UInt8?) async {
    let client = ClientID.socket(id)
    if let old = registry[client] { leave(old) }
    guard let control = controls[id] else { return }
    do throws(JoinError) {
      if let preset {
        do throws(Refusal) { try programme.choose(preset, for: client) } catch { throw .unknownPreset }
      }
      let visitor = Visitor(
        client: client, source: source(of: control.socket.remoteAddress),
        isOperator: control.session.role == .operator)
      let joined = try await join(offer: sdp, by: visitor)
      guard controls[id] != nil else { return leave(joined.id) }
      noteJoin(joined.id, by: .page, author(id))
      send(
        .answer(
          id: reply,
          .init(
            sdp: joined.answer, codec: joined.codec.rawValue, preset: joined.preset,
            following: programme.isFollowing(client), wanted: joined.wanted)), to: id)
    } catch {
      log.info("An offer was refused", metadata: ["reason": "\(error.message)"])
      send(.error(SignallingError(error.signalling, error.message, id: reply)), to: id)
    }
  }

  /// Tells who has no media connection, or sees nothing change, what holds from now on.
  func confirmChoice(of client: ClientID, reply: UInt64?) {
    let isFollowing = programme.isFollowing(client)
    let change = ServerMessage.PresetChange(
      preset: programme.preset(of: client), scope: isFollowing ? .programme : .me, rtpTimestamp: nil,
      following: isFollowing)
    send(.presetChanged(id: reply, change), to: client)
  }
}
