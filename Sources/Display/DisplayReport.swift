import Heartbeats

/// How a display is.
public struct DisplayReport: Hashable, Sendable {
  /// Why nothing is shown.
  public enum Reason: Hashable, Sendable {
    case notStarted
    case noCard(DeviceError)
    case noScreen
    case switchedOff
    /// No mode that the screen offers is one that the card takes.
    case noMode

    /// For people.
    public var words: String {
      switch self {
      case .notStarted: "not started"
      case .noCard(let error): error == .noCard ? "no card" : error.description
      case .noScreen: "no screen"
      case .switchedOff: "switched off"
      case .noMode: "the graphics card takes none of the screen's modes"
      }
    }

    var rest: Heartbeat.Rest {
      switch self {
      case .notStarted: .notStarted
      case .noCard(.held): .cardHeld
      case .noCard: .noCard
      case .noScreen, .noMode: .noScreen
      case .switchedOff: .switchedOff
      }
    }
  }

  /// The screen that is set, or was before it was switched off.
  public var screen: SetScreen?
  /// Whether it is wanted to be on.
  public var isOn = true
  /// nil while it shows something.
  public var reason: Reason? = .notStarted
  /// Flips that completed.
  public var flips: UInt64 = 0
  /// Refreshes at which a picture stayed although the next one was due.
  public var repeated: UInt64 = 0
  /// Pictures that never came on.
  public var missed: UInt64 = 0
  /// How long before its flip the picture that is on was due, in nanoseconds; nil for what is no picture of a programme.
  public var age: Int64?
  /// Whether the programme is shown, and not the slate.
  public var showsProgramme = false

  public init() {}

  /// "HDMI-A-1".
  public var connector: String? { screen?.connector.name }
  /// "1920x1080@60".
  public var mode: String? { screen?.mode.description }
}

/// What a display tells, on its thread.
public enum DisplayEvent: Hashable, Sendable {
  /// A screen is set and shows something: views are to have its mode's size from now on.
  case shows(SetScreen)
  /// It shows nothing any more.
  case rests(DisplayReport.Reason)
  /// A mode was refused; the next one is tried.
  case refused(mode: DisplayMode, DeviceError)
  /// A flip did not complete, or the card refused one for no reason that mends itself.
  case recovers(DeviceError)
}
