import Media

/// How a display is set up: the configuration's `display`.
public struct DisplayConfiguration: Hashable, Sendable {
  /// Where the QR code of the first address is.
  public enum Code: String, Hashable, Sendable, CaseIterable {
    case none
    case slate
    /// On the slate, and in the lower right corner of the programme.
    case corner
  }

  /// How far the picture is turned on the screen, clockwise, for one that hangs turned the other way.
  public enum Rotation: Int, Hashable, Sendable, CaseIterable {
    case none = 0
    case quarter = 90
    case half = 180
    case threeQuarters = 270

    /// How an upright picture is stored for it: what a view is given.
    public var turn: PictureTurn { PictureTurn(quarters: 4 - rawValue / 90) }
  }

  public var connector: ConnectorChoice
  public var mode: ModeChoice
  public var rotation: Rotation
  public var code: Code

  public init(
    connector: ConnectorChoice = .automatic, mode: ModeChoice = .automatic, rotation: Rotation = .none,
    code: Code = .slate
  ) {
    self.connector = connector
    self.mode = mode
    self.rotation = rotation
    self.code = code
  }
}
