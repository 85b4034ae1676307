import Media

/// Order as people count: "clip 2" before "clip 10", and upper case beside lower case.
package enum NaturalOrder {
  /// Names of files, in order.
  static func sorted(_ names: [[UInt8]]) -> [[UInt8]] {
    names.map { (name: $0, text: MediaLocation(bytes: $0).text) }
      .sorted {
        if precedes($0.text, $1.text) { return true }
        // Two may look the same.
        return !precedes($1.text, $0.text) && $0.name.lexicographicallyPrecedes($1.name)
      }
      .map(\.name)
  }

  package static func precedes(_ left: String, _ right: String) -> Bool {
    let (a, b) = (Array(left.lowercased().utf8), Array(right.lowercased().utf8))
    var (i, j) = (0, 0)
    while i < a.count, j < b.count {
      if isDigit(a[i]), isDigit(b[j]) {
        let (x, y) = (number(in: a, at: &i), number(in: b, at: &j))
        if x.count != y.count { return x.count < y.count }
        if !x.elementsEqual(y) { return x.lexicographicallyPrecedes(y) }
      } else {
        if a[i] != b[j] { return a[i] < b[j] }
        i += 1
        j += 1
      }
    }
    if a.count - i != b.count - j { return a.count - i < b.count - j }
    return left < right
  }

  private static func isDigit(_ byte: UInt8) -> Bool { byte &- 48 < 10 }

  /// The digits from `index` on, without leading zeros; `index` moves behind them.
  private static func number(in bytes: [UInt8], at index: inout Int) -> ArraySlice<UInt8> {
    let start = index
    while index < bytes.count, isDigit(bytes[index]) { index += 1 }
    return bytes[start..<index].drop { $0 == 48 }
  }
}
