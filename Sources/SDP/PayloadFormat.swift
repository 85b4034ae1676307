/// What a section says about one payload type: its `rtpmap`, its `fmtp`, its `rtcp-fb`.
public struct PayloadFormat: Hashable, Sendable {
  public var map: RTPMap
  /// Of all `fmtp` lines together; empty when there are none.
  public var parameters = FormatParameters()
  /// Such as `nack pli` (RFC 4585 section 4.2), those for `*` included.
  public var feedback: Set<String> = []

  public var payloadType: UInt8 { map.payloadType }

  /// Browsers name seven; what comes after them is passed over.
  static let maximumFeedback = 32
}

extension MediaDescription {
  /// The payload types that have an `rtpmap`, in the order of the `m=` line, whatever the order of the attributes.
  ///
  /// One pass over the attributes and a bounded number for each type, so that a hostile description costs no more than
  /// its length.
  public var payloadFormats: [PayloadFormat] {
    var maps: [UInt8: RTPMap] = [:]
    var parameters: [UInt8: FormatParameters] = [:]
    var feedback: [String: Set<String>] = [:]
    for attribute in attributes {
      guard let value = attribute.value else { continue }
      switch attribute.name {
      case "rtpmap":
        if let map = RTPMap(value), maps[map.payloadType] == nil { maps[map.payloadType] = map }
      case "fmtp":
        if let line = PayloadTypeLine(value) {
          parameters[line.payloadType, default: FormatParameters()].add(line.rest)
        }
      case "rtcp-fb":
        let (head, rest) = value.splitAtSpace()
        if (feedback[head]?.count ?? 0) < PayloadFormat.maximumFeedback { feedback[head, default: []].insert(rest) }
      default: break
      }
    }
    let everywhere = feedback["*"] ?? []
    return payloadTypes.compactMap { type in
      guard let map = maps[type] else { return nil }
      return PayloadFormat(
        map: map, parameters: parameters[type] ?? FormatParameters(),
        feedback: everywhere.union(feedback[String(type)] ?? []))
    }
  }
}

/// `<payload type> <rest>`, as in `rtpmap` and `fmtp`.
struct PayloadTypeLine {
  var payloadType: UInt8
  var rest: String

  init?(_ value: String) {
    let (head, rest) = value.splitAtSpace()
    guard let number = UInt8(head), number < 128, !rest.isEmpty else { return nil }
    payloadType = number
    self.rest = rest
  }
}

extension String {
  /// What stands before the first space, and what stands after it.
  func splitAtSpace() -> (head: String, rest: String) {
    guard let space = utf8.firstIndex(of: UInt8(ascii: " ")) else { return (self, "") }
    return (String(self[..<space]), String(self[utf8.index(after: space)...]))
  }
}
