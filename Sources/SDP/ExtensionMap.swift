/// `a=extmap:<id>[/<direction>] <URI> [<attributes>]` (RFC 8285 section 5).
///
/// An encrypted extension (RFC 6904) has its own URI, with that of the inner one among the attributes, so that it never
/// passes for the plain one.
public struct ExtensionMap: Hashable, Sendable {
  public static let playoutDelay = "http://www.webrtc.org/experiments/rtp-hdrext/playout-delay"
  public static let mid = "urn:ietf:params:rtp-hdrext:sdes:mid"

  /// 1…14 fit the one-byte header, others need the two-byte one.
  public var id: UInt16
  public var direction: MediaDirection?
  public var uri: String
  public var attributes: String?

  /// Reads what stands after `extmap:`; nil for anything malformed.
  public init?(_ value: String) {
    let fields = value.split(separator: " ", maxSplits: 2).map(String.init)
    guard fields.count >= 2 else { return nil }
    let head = fields[0].split(separator: "/", omittingEmptySubsequences: false)
    guard let id = UInt16(head[0]), (1...4096).contains(id), head.count <= 2 else { return nil }
    if head.count == 2 {
      guard let direction = MediaDirection(rawValue: String(head[1])) else { return nil }
      self.direction = direction
    }
    self.id = id
    uri = fields[1]
    attributes = fields.count == 3 ? fields[2] : nil
  }
}
