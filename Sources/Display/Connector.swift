/// A socket of the card that a screen may be plugged into.
public struct Connector: Hashable, Sendable {
  /// The kernel's number of it.
  public typealias ID = UInt32

  public enum Status: Hashable, Sendable {
    case connected
    case disconnected
    /// It cannot be told, which old analogue sockets say.
    case unknown
  }

  public var id: ID
  /// As everybody writes it: "HDMI-A-1".
  public var name: String
  public var status: Status
  /// What the screen offers, in the kernel's order; empty where nothing is plugged.
  public var modes: [DisplayMode]
  /// Tells one screen from another: a digest of what it says of itself (its EDID), 0 where it says nothing.
  public var screen: UInt64
  /// The kernel has given up on the line and wants a mode set ("link-status").
  public var isLinkBad: Bool
  /// Whether it is part of the device, as a laptop's own panel.
  public var isBuiltIn: Bool

  public init(
    id: ID, name: String, status: Status, modes: [DisplayMode] = [], screen: UInt64 = 0, isLinkBad: Bool = false,
    isBuiltIn: Bool = false
  ) {
    self.id = id
    self.name = name
    self.status = status
    self.modes = modes
    self.screen = screen
    self.isLinkBad = isLinkBad
    self.isBuiltIn = isBuiltIn
  }
}
