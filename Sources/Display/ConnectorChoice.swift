/// Which connector's screen is ours: the configuration's `connector`.
public enum ConnectorChoice: Hashable, Sendable {
  /// The first with a screen on it; a panel that is built in comes last, for what somebody plugged in is meant.
  case automatic
  /// By its name, as `/sys/class/drm` has it behind the card's: "HDMI-A-1".
  case named(String)
  case none

  /// "auto", "none", or a name; nil for what is none.
  public init?(_ text: String) {
    switch text {
    case "auto": self = .automatic
    case "none": self = .none
    default:
      guard (1...32).contains(text.utf8.count),
        text.unicodeScalars.allSatisfy({
          $0 == "-" || ($0.isASCII && $0.properties.isAlphabetic) || ("0"..."9").contains($0)
        })
      else { return nil }
      self = .named(text)
    }
  }

  /// The connector to use, if there is one with a screen.
  ///
  /// - Parameter current: the one in use, which stays as long as it has a screen.
  package func choose(among connectors: [Connector], current: Connector.ID? = nil) -> Connector? {
    // Plugged and without a mode is what a connector says that has not been asked since, or whose screen says nothing.
    let usable = connectors.filter { $0.status != .disconnected && $0.modes.contains(where: \.isUsable) }
    switch self {
    case .none: return nil
    case .named(let name): return usable.first { $0.name.lowercased() == name.lowercased() }
    case .automatic:
      func rank(_ connector: Connector) -> Int {
        connector.status == .unknown ? 3 : connector.id == current ? 0 : connector.isBuiltIn ? 2 : 1
      }
      return usable.min { rank($0) < rank($1) }
    }
  }
}
