import Programme

/// What the appliance has to do about a message; `id` is that of the message, and goes into the answer.
public enum SignallingAction: Hashable, Sendable {
  /// The viewer said `hello`: answer with `welcome` and the session's role. The first time with neither a preset nor
  /// `follow`, the viewer follows the programme; later, nil leaves its choice alone.
  case join(id: UInt64?, preset: UInt8?, follow: Bool?)
  case answerOffer(id: UInt64?, sdp: String, preset: UInt8?)
  /// Carry it out by the session's role.
  case command(id: UInt64?, Command)
  /// Answer with `pong` and the wall clock.
  case ping(id: UInt64?)
  case reply(ServerMessage)
  /// Close the connection with a WebSocket close code (RFC 6455 section 7.4). Nothing follows.
  case close(code: UInt16, reason: String)
}
