/// The `name=value` pairs of `a=fmtp` (RFC 8866 section 6.15); names without regard to case.
public struct FormatParameters: Hashable, Sendable {
  /// No codec has a third as many; what comes after them is passed over.
  static let maximumCount = 64

  private var pairs: [String: String] = [:]

  public init() {}

  public init(_ text: String) { add(text) }

  public subscript(name: String) -> String? { pairs[name.lowercased()] }

  /// Adds `a=1;b=2`; of a name that is there already, the first value stays. A part without `=` has an empty value.
  mutating func add(_ text: String) {
    for part in text.utf8.split(separator: UInt8(ascii: ";"), maxSplits: Self.maximumCount).prefix(Self.maximumCount) {
      guard pairs.count < Self.maximumCount else { return }
      let sides = part.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
        .map { Substring($0).trimmed() }
      guard let name = sides.first, !name.isEmpty else { continue }
      let key = name.lowercased()
      if pairs[key] == nil { pairs[key] = sides.count == 2 ? sides[1] : "" }
    }
  }
}

extension Substring {
  fileprivate func trimmed() -> String {
    var rest = self
    while rest.first == " " { rest.removeFirst() }
    while rest.last == " " { rest.removeLast() }
    return String(rest)
  }
}
