import Foundation
import FuzzEntries
import Testing

@Suite struct FuzzCaseTests {
  static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(
    path: "../FuzzEntries/Cases/signalling")

  @Test func `every kept case of the fuzzer ends without a trap`() throws {
    let cases = try FileManager.default.contentsOfDirectory(at: Self.folder, includingPropertiesForKeys: nil)
    #expect(!cases.isEmpty)
    for file in cases {
      let bytes = try Data(contentsOf: file)
      bytes.withUnsafeBytes(fuzzSignallingJSON)
    }
  }
}
