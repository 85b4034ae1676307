import Signalling

/// How Cupola is, in the words of `systemctl status`.
public struct StatusSentence {
  public var item: ItemStatus
  public var hasEnded = false
  /// The programme's preset.
  public var preset: String
  public var viewers: Int
  /// "software", or the name of the hardware.
  public var decoder: String
  /// Whether the machine has an address for others.
  public var isReachable = true

  public init(
    item: ItemStatus, hasEnded: Bool = false, preset: String, viewers: Int, decoder: String, isReachable: Bool = true
  ) {
    self.item = item
    self.hasEnded = hasEnded
    self.preset = preset
    self.viewers = viewers
    self.decoder = decoder
    self.isReachable = isReachable
  }

  /// "playing beach.mp4, 2 of 14; front; 3 viewers; software decode".
  public var text: String {
    var parts = [what, preset, viewers == 1 ? "1 viewer" : "\(viewers) viewers"]
    if !item.testCard, !decoder.isEmpty { parts.append("\(decoder) decode") }
    if !isReachable { parts.append("no network") }
    return parts.joined(separator: "; ")
  }

  private var what: String {
    if item.testCard { return "showing the test card, for there is nothing to play" }
    if item.name.isEmpty { return "opening the first item" }
    let verb = hasEnded ? "holding the last picture of" : item.paused ? "paused in" : "playing"
    return "\(verb) \(item.name), \(item.index + 1) of \(item.count)"
  }
}
