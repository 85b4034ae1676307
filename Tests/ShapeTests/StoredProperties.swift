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
    for line in text.split(separator: "\n") {
      let code = line.replacing(/"(?:\\.|[^"\\])*"/, with: "").replacing(/\/\/.*/, with: "")
      if let last = open.indices.last, open[last].depth == depth, isStored(code) { open[last].type.count += 1 }
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

  private static func isStored(_ code: some StringProtocol) -> Bool {
    let code = String(code)
    guard !code.contains(/\bstatic\b/),
      let rest = code.firstMatch(of: /^\s*(?:@?\w+(?:\([^)]*\))?\s+)*?(?:var|let)\s+(?<rest>.*)$/)?.rest
    else { return false }
    guard let brace = rest.firstIndex(of: "{") else { return true }
    // With a value before the brace it is a closure or observers; without, the braces compute.
    return rest[..<brace].contains("=")
  }
}
