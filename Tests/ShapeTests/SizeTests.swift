import Foundation
import Testing

/// Whether files and types are small.
@Suite struct SizeTests {
  private static let most = 350

  @Test func `no file is long, and half of them are short`() throws {
    let files = Tree.files(in: "Sources", ending: ".swift") + Tree.files(in: "web", ending: ".js")
    let lengths = try files.map { try Tree.text($0).split(separator: "\n", omittingEmptySubsequences: false).count - 1 }
    for (file, length) in zip(files, lengths) { #expect(length <= Self.most, "\(file) has \(length) lines") }
    #expect(lengths.sorted()[lengths.count / 2] <= 90)
  }

  /// Plain values of configuration and statistics may hold what they list.
  private static let values: Set = [
    "MediaReport", "PeerStatistics", "PlayerState", "ProbedFile", "PublishedState", "Snapshot", "VideoStream",
    "WebSocketConfiguration",
  ]

  @Test func `no type holds more than twelve things`() throws {
    var large: [String: Int] = [:]
    for file in Tree.files(in: "Sources", ending: ".swift") {
      for type in StoredProperties.count(in: try Tree.text(file)) where type.count > 12 {
        large[type.name] = type.count
      }
    }
    for (name, count) in large where !Self.values.contains(name) {
      Issue.record("\(name) has \(count) stored properties: it is more than one type")
    }
    for name in Self.values { #expect(large[name] != nil, "\(name) is small enough: take it off the list") }
  }

  @Test func `stored properties are told from computed ones`() {
    let text = """
      public struct A: Sendable {
        let a: Int
        var b = 1
        let brace = "{"
        var k, l: [Int: (Int, Int)]
        public private(set) var c: [Int] = []
        static let d = 1
        var e: Int { a }
        var f: Bool { if case .x = state { true } else { false } }
        var g = Value() {
          didSet { b = 2 }
        }
        var m: Int {
          didSet { b = m }
        }
        lazy var h = { 1 }()
        private enum State { case x }
        var i: Int {
          let local = 1
          return local
        }
        func j() { let k = 1 }
      }
      """
    #expect(StoredProperties.count(in: text).map { "\($0.name) \($0.count)" } == ["A 9"])
  }
}
