/// What the appliance has to do about a message. `id` belongs into the answer.
public enum SignallingAction: Hashable, Sendable {
  /// The viewer said `hello`: answer with `welcome` and the session's role. The first time with neither a preset nor
  /// `follow`, the viewer follows the programme; later, nil leaves its choice alone.
  case join(id: UInt64?, preset: UInt8?, follow: Bool?)
  case answerOffer(id: UInt64?, sdp: String, preset: UInt8?)
  case switchPreset(id: UInt64?, preset: UInt8, scope: Scope)
  case follow(id: UInt64?)
  case playlist(id: UInt64?, PlaylistCommand)
  case transport(id: UInt64?, TransportCommand)
  case setPreset(id: UInt64?, PresetDescription)
  case removePreset(id: UInt64?, number: UInt8)
  /// Answer with `pong` and the wall clock.
  case ping(id: UInt64?)
  case reply(ServerMessage)
  /// Close the connection with a WebSocket close code (RFC 6455 section 7.4). Nothing follows.
  case close(code: UInt16, reason: String)
}
