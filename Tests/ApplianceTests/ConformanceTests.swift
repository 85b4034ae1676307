import Foundation
import Logging
import Testing
import WebServer

extension WholeApplianceTests {
  /// Suites of others against our end of HTTP and WebSocket.
  @Suite(
    .enabled(if: FileManager.default.isExecutableFile(atPath: TestTool.python("python")), "`make test` installs them"))
  struct ConformanceTests {
    /// Runs a program to its end, and prints what it said if that was no good one.
    private func run(_ program: String, _ arguments: [String], in folder: TemporaryFolder) async -> Bool {
      let process = SupervisedProcess(
        ["/usr/bin/env", "PYTHONPATH=\(TestTool.path(""))", TestTool.python("python"), TestTool.python(program)]
          + arguments,
        launcher: ["/usr/bin/env", "--chdir=\(folder.path)"], errors: folder["errors"], limit: .seconds(100))
      let ending = await process.ended.value
      if ending.exit == .code(0) {
        print(ending.output.split(separator: "\n").last ?? "")
        return true
      }
      print(ending.exit, ending.output, (try? String(contentsOfFile: folder["errors"], encoding: .utf8)) ?? "")
      return false
    }

    /// An echo on the loopback interface for the time of `body`.
    private func withEcho(_ body: (_ port: Int) async throws -> Void) async throws {
      var configuration = HTTPServiceConfiguration(address: .init(host: "127.0.0.1", port: 0))
      configuration.webSocket.subprotocol = nil
      // The cases are about larger messages, and more pieces of one, than anybody has to say to Cupola.
      configuration.webSocket.message = 1 << 20
      configuration.webSocket.fragments = 1 << 14
      configuration.webSocket.outboundMessages = 1 << 12
      configuration.webSocket.outboundBytes = 1 << 24
      let (ports, bound) = AsyncStream<Int>.makeStream()
      let service = HTTPService(
        configuration: configuration, routes: [], logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
        onBound: { bound.yield($0) }
      ) { connection in
        for await message in connection.inbound { connection.send(message) }
      }
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await service.run() }
        for await port in ports {
          try await body(port)
          break
        }
        group.cancelAll()
      }
    }

    /// All but those with binary messages, which are not spoken here (1003), those that compress, and those that only
    /// measure how long megabytes take.
    @Test func `the WebSocket passes the Autobahn cases`() async throws {
      let folder = try TemporaryFolder()
      try await withEcho { port in
        let cases = ["1.1.*", "2.*", "3.*", "4.*", "5.*", "6.*", "7.*", "9.1.1", "9.1.2", "9.7.1", "9.7.2", "10.*"]
        #expect(
          await run(
            "kosoku",
            ["ws://127.0.0.1:\(port)/ws", "--parallelism", "8", "--outdir", folder["report"]]
              + cases.flatMap { ["--include", $0] }, in: folder))
      }
    }

    @Test func `the API is as its description says, whatever is asked`() async throws {
      let folder = try TemporaryFolder()
      try TestCardClip.makePlain(at: folder["clip.mp4"])
      let server = try await CupolaProcess.startReady(playing: [folder["clip.mp4"]])
      #expect(
        await run(
          "schemathesis",
          [
            "--config-file", TestTool.path("schemathesis.toml"), "run", TestTool.path("../../web/api/v1/openapi.json"),
            "--url", server.url, "--header", "Authorization: Bearer \(CupolaProcess.pin)", "--seed", "1",
            "--max-examples", "30", "--no-color", "--warnings", "off",
          ], in: folder))
      #expect(server.isWithoutAlarm)
    }
  }
}
