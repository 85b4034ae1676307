import Foundation
import FuzzEntries
import Testing

@Suite struct FuzzCaseTests {
  static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(
    path: "../FuzzEntries/Cases/connection")
  static let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path))?.sorted() ?? []

  @Test func `cases are there`() { #expect(!Self.names.isEmpty) }

  @Test(arguments: names) func `a kept case does no harm`(name: String) throws {
    try Data(contentsOf: Self.folder.appending(path: name)).withUnsafeBytes { fuzzConnection($0) }
  }
}
