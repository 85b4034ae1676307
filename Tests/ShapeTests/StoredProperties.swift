/// Counts the stored properties of the types of a file, by how such lines are written here.
enum StoredProperties {
  struct TypeCount {
    var name: String
    var count: Int
  }

  static func count(in text: String) -> [TypeCount] {
    var open: [(type: TypeCount, depth: Int)] = []
    var found: [TypeCount] = []
    var depth = 0
    let lines = text.split(separator: "\n").map {
      String($0.replacing(/"(?:\\.|[^"\\])*"/, with: "").replacing(/\/\/.*/, with: ""))
    }
    for (number, code) in lines.enumerated() {
      if let last = open.indices.last, open[last].depth == depth {
        open[last].type.count += stored(code, before: lines.dropFirst(number + 1).first ?? "")
      }
      let opened = code.count { $0 == "{" }
      let closed = code.count { $0 == "}" }
      if opened > closed,
        let name = code.firstMatch(of: /\b(?:struct|class|actor|enum|extension)\s+(?<name>[\w.]+)/)?.name
      {
        open.append((TypeCount(name: String(name), count: 0), depth + 1))
      }
      depth += opened - closed
      while let last = open.last, depth < last.depth {
        found.append(last.type)
        open.removeLast()
      }
    }
    return found.filter { $0.count > 0 }
  }

  /// How many properties a line declares that are stored.
  private static func stored(_ code: String, before next: String) -> Int {
    guard !code.contains(/\bstatic\b/),
      let rest = code.firstMatch(of: /^\s*(?:@?\w+(?:\([^)]*\))?\s+)*?(?:var|let)\s+(?<rest>.*)$/)?.rest
    else { return 0 }
    if let brace = rest.firstIndex(of: "{"), !rest[..<brace].contains("=") {
      // Without a value before them the braces compute, unless they observe.
      return next.contains(/^\s*(?:didSet|willSet)\b/) || rest[brace...].contains(/\b(?:didSet|willSet)\b/) ? 1 : 0
    }
    // `var a, b: Int` are two; commas of a type or a value are none.
    let others = rest.prefixMatch(of: /\w+(?<others>(?:\s*,\s*\w+)*)\s*(?::|=|$)/)?.others ?? ""
    return 1 + others.count { $0 == "," }
  }
}
