/// What somebody wants, whatever the way it came.
public enum Command: Hashable, Sendable {
  /// A preset, for the one who asks or for all who follow the programme.
  case goto(UInt8, Scope)
  /// Whoever asks sees what the programme shows from now on.
  case follow
  case playlist(PlaylistCommand)
  case transport(TransportCommand)
  case setPreset(Preset)
  case removePreset(UInt8)

  /// Whether it changes what others see.
  public var needsOperator: Bool {
    switch self {
    case .playlist, .transport, .setPreset, .removePreset, .goto(_, .programme): true
    case .goto(_, .me), .follow: false
    }
  }
}

/// Whom a preset is chosen for.
public enum Scope: String, Hashable, Sendable, Codable, CaseIterable {
  /// The one viewer that asks.
  case me
  /// Every viewer that follows the programme.
  case programme
}

public enum PlaylistCommand: Hashable, Sendable {
  case next, previous
  /// From 0.
  case go(to: Int)
}

public enum TransportCommand: Hashable, Sendable {
  case play, pause
  /// Seconds from the start of the item, not negative.
  case seek(Double)
}
