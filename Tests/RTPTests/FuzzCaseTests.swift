import Foundation
import FuzzEntries
import Testing

struct FuzzCaseTests {
  static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../FuzzEntries/Cases/rtcp")

  @Test(arguments: try FileManager.default.contentsOfDirectory(atPath: folder.path()).sorted())
  func `a kept case of the fuzzer is survived`(name: String) throws {
    let data = try Data(contentsOf: Self.folder.appending(path: name))
    data.withUnsafeBytes { fuzzRTCP($0) }
  }
}
