/// Who watches or commands, whatever the way in.
public enum ClientID: Hashable, Sendable {
  /// A page or a remote, by its WebSocket.
  case socket(UInt64)
  /// A player, by its WHEP session.
  case session(String)
  /// A request that stands for itself.
  case request
}

/// What somebody may do.
public enum Role: String, Hashable, Sendable, Codable {
  /// Watch, and choose for itself.
  case viewer
  /// Change what others see as well.
  case `operator`
}

/// Somebody who gives a command.
public struct Client: Hashable, Sendable {
  public var id: ClientID
  public var role: Role

  public init(_ id: ClientID, role: Role = .viewer) {
    self.id = id
    self.role = role
  }
}
