import Foundation
import Glibc
import SansIO
import Testing

extension WholeApplianceTests {
  @Suite struct DamagedStateTests {
    /// What is found where the state file should be.
    enum Finding: String, CaseIterable, CustomTestStringConvertible {
      case empty, cutOff, otherVersion, randomBytes, directory, fullDirectory, hundredMegabytes, symlinkLoop, namedPipe

      var testDescription: String { rawValue }

      static let seed: UInt64 = 0x5EED

      func make(at path: String) throws {
        let url = URL(fileURLWithPath: path)
        switch self {
        case .empty: try Data().write(to: url)
        case .cutOff: try Data(#"cupola-state 1 8f3a\n{"starts":3,"#.utf8).write(to: url)
        case .otherVersion: try Data("cupola-state 7 0\n{\"starts\":3}\n".utf8).write(to: url)
        case .randomBytes:
          var random = SeededGenerator(seed: Self.seed)
          print("seed \(Self.seed)")
          try Data((0..<4096).map { _ in UInt8.random(in: 0...255, using: &random) }).write(to: url)
        case .directory: try FileManager.default.createDirectory(at: url, withIntermediateDirectories: false)
        case .fullDirectory:
          try FileManager.default.createDirectory(at: url, withIntermediateDirectories: false)
          try Data("x".utf8).write(to: url.appendingPathComponent("something"))
        case .hundredMegabytes:
          try Data("cupola-state 1 0\n".utf8).write(to: url)
          #expect(truncate(path, 100 << 20) == 0)
        case .symlinkLoop: #expect(symlink("state", path) == 0)
        case .namedPipe: #expect(mkfifo(path, 0o600) == 0)
        }
      }

      /// A part of the reason that is logged.
      var reason: String {
        switch self {
        case .empty: "it is empty"
        case .cutOff, .randomBytes: "it is cut off, or no state file at all"
        case .otherVersion: "it is of version 7"
        case .directory, .fullDirectory, .namedPipe: "it is no regular file"
        case .hundredMegabytes: "it is too long"
        case .symlinkLoop: "symbolic link"
        }
      }
    }

    @Test(arguments: Finding.allCases)
    func `a state file that is no good is set aside with a reason, and it starts at once`(finding: Finding) async throws
    {
      let folder = try TemporaryFolder()
      let state = folder["state"]
      try FileManager.default.createDirectory(atPath: state, withIntermediateDirectories: true)
      try finding.make(at: state + "/state")

      let start = ContinuousClock.now
      let server = try await CupolaProcess.start(in: folder)
      #expect(server.hasLogged("Ready"))
      let took = ContinuousClock.now - start
      print("\(finding.rawValue): ready after \(took / .milliseconds(1)) ms")
      #expect(took < .seconds(5))
      let player = try await server.watch(seed: 110)
      player.close()

      let warnings = server.log.split(separator: "\n").filter { $0.contains("The saved state cannot be used") }
      let warning = try #require(warnings.first, "\(server.log)")
      print(warning)
      #expect(warnings.count == 1)
      #expect(warning.contains(state + "/state") && warning.contains(finding.reason))
      #expect(warning.contains("kept \(state)/state.damaged"))
      #expect(access(state + "/state.damaged", F_OK) == 0 || finding == .symlinkLoop)
      let written = try server.metric("cupola_state_write_failures_total")
      #expect(written == 0)
      #expect(await server.end(by: SIGTERM).exit == .code(0))
      #expect(try String(contentsOfFile: state + "/state", encoding: .utf8).hasPrefix("cupola-state 1 "))

      // The next start finds it, and has nothing to say.
      let again = try await CupolaProcess.start(in: folder)
      #expect(try again.metric("cupola_starts_total") == 2)
      #expect(again.log.count(of: "The saved state cannot be used") == 1)
    }

    @Test func `what was set aside before gives way, and so does what a killed write left`() async throws {
      let folder = try TemporaryFolder()
      let state = folder["state"]
      try FileManager.default.createDirectory(atPath: state, withIntermediateDirectories: true)
      try folder.write("older", to: "state/state.damaged")
      try FileManager.default.createDirectory(atPath: state + "/state", withIntermediateDirectories: false)
      #expect(symlink("/nonexistent/anywhere", state + "/state.new") == 0)
      let server = try await CupolaProcess.start(in: folder)
      #expect(try server.metric("cupola_state_write_failures_total") == 0)
      #expect(await server.end(by: SIGTERM).exit == .code(0))
      #expect(try String(contentsOfFile: state + "/state", encoding: .utf8).hasPrefix("cupola-state 1 "))
    }
  }
}
