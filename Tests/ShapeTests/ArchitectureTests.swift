import Foundation
import Testing

/// Whether `ARCHITECTURE.md` says what is.
@Suite struct ArchitectureTests {
  private let document: String
  private let manifest: Manifest

  init() throws {
    document = try Tree.text("ARCHITECTURE.md")
    manifest = Manifest(try Tree.text("Package.swift"))
  }

  /// The rows of the table of targets: name, purpose, imports.
  private var rows: [String: Set<String>] {
    var rows: [String: Set<String>] = [:]
    for match in document.matches(of: /\n\| `(?<name>\w+)` \| [^|]+ \| (?<imports>[^|\n]+) \|/) {
      let imports = match.imports == "–" ? [] : match.imports.split(separator: ", ").map(String.init)
      rows[String(match.name)] = Set(imports)
    }
    return rows
  }

  @Test func `there is a row for each target, and one for each folder of Swift`() {
    let folders = Set(
      Tree.files(in: "Sources", ending: ".swift").compactMap { $0.split(separator: "/").dropFirst().first })
    #expect(Set(rows.keys) == Set(manifest.imports.keys))
    #expect(Set(rows.keys) == Set(folders.map(String.init)))
  }

  @Test func `a row names what the target imports`() {
    for (target, imports) in manifest.imports {
      #expect(rows[target] == imports.subtracting(["Yams"]), "the row of \(target) in ARCHITECTURE.md")
    }
  }

  @Test func `a target imports from lines below its own`() throws {
    let drawing = try #require(document.split(separator: "```").first { $0.contains("\ncupola\nAppliance\n") })
    let lines = drawing.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
    let depth = Dictionary(
      lines.enumerated().flatMap { line, names in names.map { ($0, line) } }, uniquingKeysWith: { first, _ in first })
    #expect(Set(depth.keys) == Set(manifest.imports.keys), "the drawing of ARCHITECTURE.md")
    for (target, imports) in manifest.imports {
      for other in imports {
        guard let above = depth[target], let below = depth[other] else { continue }
        #expect(above < below, "\(target) imports \(other)")
      }
    }
  }

  @Test(arguments: ["ARCHITECTURE.md", "CONTRIBUTING.md"])
  func `every path that is named is there`(document: String) throws {
    let paths = try Tree.text(document).matches(of: /`(?<path>(?:Sources|Tests|web|etc|image)\/[^`\s]*)`/).map {
      String($0.path)
    }
    #expect(!paths.isEmpty)
    for path in paths { #expect(Tree.exists(path), "\(document) names \(path)") }
  }
}
