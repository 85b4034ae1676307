/// The screen that is set: which, in which mode.
public struct SetScreen: Hashable, Sendable {
  public var connector: Connector
  public var mode: DisplayMode

  public init(connector: Connector, mode: DisplayMode) {
    self.connector = connector
    self.mode = mode
  }
}

/// Decides at each look at the connectors what is to be done: a value without card, clock or thread.
///
/// Looks come each second and with every event, since some drivers tell of nothing, and others of everything twice.
package struct ScreenWatch {
  package enum Order: Hashable {
    case keep
    /// Set this connector to the first of these modes that the card takes.
    case set(Connector, [DisplayMode])
    /// The screen is gone: switch everything off, or its port does not come back.
    case disable
  }

  /// A line that goes down within this after a mode set, and comes back, did so because of the mode set. Answering it
  /// with another one would go on for ever.
  private static let ownPulse: Int64 = 2_000_000_000
  /// How long a line is down before the screen is taken to be gone: until then the signal stays on, for some screens
  /// drop the line because there is none, and come back with it. Longer each time for one that keeps dropping it.
  private static let patience: ClosedRange<Int64> = 1_000_000_000...16_000_000_000
  /// A line that goes down so soon after a mode set is one of those.
  private static let early: Int64 = 5_000_000_000

  private let connectorChoice: ConnectorChoice
  private let modeChoice: ModeChoice
  /// What is set; nil where nothing is.
  package private(set) var screen: SetScreen?
  /// Modes of this screen that the card refused: they are not tried again and again.
  private var refused: [DisplayMode] = []
  private var setAt: Int64 = 0
  private var downSince: Int64?
  private var patience = Self.patience.lowerBound

  package init(connector: ConnectorChoice, mode: ModeChoice) {
    connectorChoice = connector
    modeChoice = mode
  }

  /// Whether the screen that is set is not there at the moment.
  package var isLineDown: Bool { downSince != nil }

  /// - Parameters:
  ///   - connectors: as they are.
  ///   - rate: the programme's pictures a second, where it is known.
  package mutating func look(at connectors: [Connector], rate: Double?, now: Int64) -> Order {
    guard let screen else { return setOrder(connectors, rate: rate) ?? .keep }
    let seen = connectors.first { $0.id == screen.connector.id && connectorChoice.choose(among: [$0]) != nil }
    guard let seen else {
      let since = downSince ?? now
      downSince = since
      guard now - since >= patience else { return .keep }
      if since - setAt < Self.early { patience = min(patience * 2, Self.patience.upperBound) }
      return .disable
    }
    let isSame = seen.screen == screen.connector.screen && seen.modes.contains(screen.mode)
    if let since = downSince.take() {
      if isSame, !seen.isLinkBad, since - setAt < Self.ownPulse { return .keep }
      return setOrder([seen], rate: rate) ?? .keep
    }
    if !isSame || seen.isLinkBad { return setOrder([seen], rate: rate) ?? .keep }
    if now - setAt > Self.early { patience = Self.patience.lowerBound }
    guard let best = modeChoice.ranked(seen.modes, for: rate).first, best != screen.mode,
      best.size != screen.mode.size || ProgrammeRate(rate).prefers(best, to: screen.mode), !refused.contains(best)
    else { return .keep }
    return setOrder([seen], rate: rate) ?? .keep
  }

  /// A mode was set.
  ///
  /// - Parameter connector: read again after that, for only then is its state right.
  package mutating func didSet(_ connector: Connector, _ mode: DisplayMode, refused: [DisplayMode], now: Int64) {
    screen = SetScreen(connector: connector, mode: mode)
    self.refused = refused
    setAt = now
    downSince = nil
  }

  /// Nothing is set any more.
  package mutating func didClear() {
    screen = nil
    downSince = nil
    refused = []
  }

  private func setOrder(_ connectors: [Connector], rate: Double?) -> Order? {
    guard let connector = connectorChoice.choose(among: connectors, current: screen?.connector.id) else { return nil }
    return .set(connector, modeChoice.ranked(connector.modes, for: rate))
  }
}
