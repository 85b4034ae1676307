import Media
import Appliance
import CupolaConfiguration
import Dispatch
import Foundation
import Logging
import Testing
import WebServer

extension WholeApplianceTests {
  /// The actor that carries out commands stands still, with all else at work.
  @Suite struct HungApplianceTests {
    private struct Wrong: Error {}

    @Test func `an appliance that hangs is named, while whoever asks how it is gets an answer`() async throws {
      let folder = try TemporaryFolder()
      try TestCardClip.makePlain(at: folder["clip.mp4"])
      var configuration = ApplianceConfiguration()
      configuration.server.http = .init(host: "127.0.0.1", port: 0)
      configuration.server.webRTC = .init(host: "127.0.0.1", port: 0)
      configuration.playlist.sources = [MediaLocation(folder["clip.mp4"])]
      configuration.operator.pin = CupolaProcess.pin
      configuration.stateDirectory = folder["state"]
      (configuration.video.width, configuration.video.height) = (320, 180)
      let log = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
      let (reports, report) = AsyncStream<String>.makeStream()
      let appliance = try Appliance(
        configuration: configuration, log: log, superviseReport: { report.yield("\($0)") })
      let served = OneShot<Void>()
      let server = HTTPService(
        configuration: configuration.httpService, routes: appliance.routes, statistics: appliance.webServerStatistics,
        logger: log
      ) { port in
        await appliance.serving(port: port)
        served.fulfil(())
      } webSocket: {
        await appliance.serve($0)
      }

      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await appliance.run() }
        group.addTask { try await server.run() }
        await served.value

        // What it does when it reads another configuration, it does where commands are carried out.
        let (turn, isHeld) = (DispatchSemaphore(value: 0), OneShot<Void>())
        let changing = Task {
          await appliance.reload {
            isHeld.fulfil(())
            turn.wait()
            throw Wrong()
          }
        }
        await isHeld.value
        #expect(try await status(of: "/healthz", appliance) == 200, "it may be a moment only")
        var said = reports.makeAsyncIterator()
        #expect(await said.next()?.contains(#""appliance""#) == true)
        for (path, expected) in [("/healthz", 503), ("/readyz", 503), ("/api/v1/state", 200), ("/metrics", 200)] {
          #expect(try await status(of: path, appliance) == expected, "\(path)")
        }
        let health = try await answer(of: "/healthz", appliance)
        #expect(String(decoding: health.body, as: UTF8.self).contains("The appliance stands still."))

        turn.signal()
        await changing.value
        #expect(await said.next()?.contains("recovered") == true)
        #expect(try await status(of: "/healthz", appliance) == 200)
        group.cancelAll()
      }
    }

    private func answer(of path: String, _ appliance: Appliance) async throws -> APIResponse {
      let route = try #require(appliance.routes.first { $0.method == .get && $0.path == path })
      return try await route.handler(APIRequest(method: .get, path: path))
    }

    private func status(of path: String, _ appliance: Appliance) async throws -> Int {
      try await answer(of: path, appliance).status
    }
  }
}
