import Foundation

/// Threads of a process that stand still for as long as this value lives, while the others go on.
final class FrozenThreads {
  /// How many.
  let count: Int
  private let tool = Process()
  private let input = Pipe()

  /// - Parameter name: how the threads' names begin.
  init(of process: pid_t, named name: String) throws {
    tool.executableURL = URL(fileURLWithPath: TestTool.path("freeze-thread"))
    tool.arguments = ["\(process)", name]
    let output = Pipe()
    tool.standardInput = input
    tool.standardOutput = output
    try tool.run()
    let line = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
    count = Int(line.trimmingCharacters(in: .whitespacesAndNewlines)) ?? 0
  }

  deinit {
    try? input.fileHandleForWriting.close()
    tool.waitUntilExit()
  }
}

/// Programs of the tests' own, in `Tests/Tools`.
enum TestTool {
  static func path(_ name: String, file: String = #filePath) -> String {
    URL(fileURLWithPath: file).deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("Tools/\(name)").path
  }

  /// A program of the packages in `requirements.txt`, which `make test` installs.
  static func python(_ name: String) -> String { path("../../.build/python/bin/\(name)") }

  /// What a tool prints that is given `input`; nil when it fails.
  static func run(_ name: String, input: String) throws -> String? {
    let (tool, from, to) = (Process(), Pipe(), Pipe())
    tool.executableURL = URL(fileURLWithPath: path(name))
    tool.standardInput = to
    tool.standardOutput = from
    try tool.run()
    let writer = Thread {
      try? to.fileHandleForWriting.write(contentsOf: Data(input.utf8))
      try? to.fileHandleForWriting.close()
    }
    writer.start()
    let output = String(decoding: from.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    tool.waitUntilExit()
    return tool.terminationStatus == 0 ? output : nil
  }
}
