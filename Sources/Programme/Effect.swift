/// What follows from a command, in this order.
public enum Effect: Hashable, Sendable {
  /// What others see was changed: to be noted with who did it.
  case changed(Change, to: String)
  /// The programme shows that preset.
  case programme(UInt8)
  /// The client looks out of another preset, or follows again.
  case choice(ClientID)
  /// There are other presets.
  case presets
  case playlist(PlaylistCommand)
  case transport(TransportCommand)
}

/// What others see, and somebody changed.
public enum Change: String, CaseIterable, Sendable {
  case programme, preset, playlist, transport, operators
}
