/// What decodes an item, and why it is not the graphics device where there is one.
public struct DecoderStatus: Hashable, Sendable {
  /// "software", or the name of the hardware.
  public var name: String
  /// Why it is software, in words; nil for hardware, and where nobody asked for it.
  public var reason: String?

  public static let software = "software"

  public init(name: String, reason: String? = nil) {
    self.name = name
    self.reason = reason
  }
}
