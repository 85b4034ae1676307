/// The `name=value` pairs of `a=fmtp` (RFC 8866 section 6.15); names without regard to case.
public struct FormatParameters: Hashable, Sendable {
  private var pairs: [String: String] = [:]

  public init() {}

  public init(_ text: String) { add(text) }

  public subscript(name: String) -> String? { pairs[name.lowercased()] }

  /// Adds `a=1;b=2`; of a name that is there already, the first value stays. A part without `=` has an empty value.
  mutating func add(_ text: String) {
    for part in text.split(separator: ";") {
      let sides = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map { $0.trimmed() }
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
