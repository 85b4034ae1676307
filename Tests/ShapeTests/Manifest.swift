import Foundation

/// The Swift targets below `Sources`, as `Package.swift` declares them.
struct Manifest {
  /// By target, the targets of ours that it imports, the C ones included.
  let imports: [String: Set<String>]

  init(_ text: String) {
    var imports: [String: Set<String>] = [:]
    let declaration =
      /\.(?:target|executableTarget)\(\s*name: "(?<name>\w+)"(?<rest>(?s:(?:(?!\.(?:target|executableTarget|systemLibrary)\().)*?))swiftSettings/
    for match in text.matches(of: declaration) {
      let rest = String(match.rest)
      guard !rest.contains("path: \"Tests") else { continue }
      let dependencies = rest.firstMatch(of: /dependencies: \[(?<list>(?s:.*))\]/).map { String($0.list) } ?? ""
      let ours = dependencies.replacing(/\.product\([^)]*\)/, with: "")
      imports[String(match.name)] = Set(ours.matches(of: /"(?<name>\w+)"/).map { String($0.name) }).subtracting(["Yams"]
      )
    }
    self.imports = imports
  }
}
