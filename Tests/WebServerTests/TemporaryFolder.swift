import Foundation

/// A folder of files, removed when the value goes.
final class TemporaryFolder {
  let path: String

  init(_ files: [String: String]) throws {
    path = FileManager.default.temporaryDirectory.appending(path: "web-\(UUID().uuidString)").path
    for (name, contents) in files {
      let file = URL(filePath: path).appending(path: name)
      try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(contents.utf8).write(to: file)
    }
  }

  func write(_ name: String, _ contents: String) throws {
    try Data(contents.utf8).write(to: URL(filePath: path).appending(path: name))
  }

  func link(_ name: String, to target: String) throws {
    try FileManager.default.createSymbolicLink(atPath: "\(path)/\(name)", withDestinationPath: target)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }
}
