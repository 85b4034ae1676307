import Appliance
import ArgumentParser
import Clocks
import CupolaConfiguration
import Foundation
import Media
import Logging
import Playout
import ServiceLifecycle
import Systemd
import UnixSignals
import WebServer

/// `cupola run`: play and serve until told to stop.
struct Run: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Play the playlist and serve it to browsers.",
    discussion: """
      Ends on SIGTERM and SIGINT, reads presets and playlist again on SIGHUP. Exit code 78: the configuration is wrong; 69: a port cannot be had.
      """)

  @OptionGroup var options: ConfigurationOptions

  @Option(parsing: .upToNextOption, help: "Files, folders, .m3u lists or URLs to play instead of the configured ones.")
  var media: [String] = []

  @Option(help: "Where to serve pages, such as 0.0.0.0:8080, instead of the configured address.")
  var http: String?

  @Option(help: "The UDP port of all media, such as 0.0.0.0:8189, instead of the configured address.")
  var webrtc: String?

  @Option(help: "How much to log: trace, debug, info, notice, warning, error.")
  var logLevel: Logger.Level = .info

  func run() async throws {
    DescriptorLimit.raise()
    let configuration = try adjusted(try options.load())
    var log = Logger(label: "cupola") { RateLimitedLogHandler(Self.logHandler($0), clock: { MonotonicTime.now }) }
    log.logLevel = logLevel
    if configuration.server.webRoot == nil { log.warning("The viewer page is not installed: no pages are served") }

    let connections = configuration.httpService.limits.connections
    if connections < configuration.wantedConnections {
      log.warning(
        "The system allows too few open files (ulimit -n) for all connections",
        metadata: ["connections": "\(connections) of \(configuration.wantedConnections)"])
    }

    let appliance: Appliance
    do {
      appliance = try Appliance(configuration: configuration, log: log, superviseReport: Self.tell)
    } catch {
      throw try await unavailable(error)
    }
    let settings = configuration
    var web = settings.httpService
    web.source = appliance.sourceOf
    let server = HTTPService(
      configuration: web, routes: appliance.routes, statistics: appliance.webServerStatistics,
      logger: log
    ) { port in
      await appliance.serving(port: port)
      Welcome.say(port: port, mediaPort: appliance.mediaPort, pin: appliance.operatorPIN, configuration: settings)
    } webSocket: { socket in
      await appliance.serve(socket)
    }
    var group = ServiceGroupConfiguration(
      services: [.init(service: server), .init(service: appliance)], gracefulShutdownSignals: [.sigterm, .sigint],
      logger: log)
    group.maximumGracefulShutdownDuration = .milliseconds(1800)
    let reloading = Task { [self] in
      for await _ in await UnixSignalsSequence(trapping: .sighup) {
        await appliance.reload { try adjusted(try options.read()) }
      }
    }
    defer { reloading.cancel() }
    do {
      try await ServiceGroup(configuration: group).run()
    } catch let error as HTTPServiceError {
      throw try await unavailable(error)
    }
  }

  /// Says what is not to be had. A service waits a moment before it ends, for it is started again at once.
  private func unavailable(_ error: any Error) async throws -> ExitCode {
    complain("cupola: \(error)")
    if ServiceNotifier().isSupervised { try await Task.sleep(for: .seconds(2)) }
    return .unavailable
  }

  /// With what the command line says instead.
  private func adjusted(_ configuration: ApplianceConfiguration) throws -> ApplianceConfiguration {
    var configuration = configuration
    if !media.isEmpty { configuration.playlist.sources = media.map { MediaLocation(argument: $0) } }
    configuration.server.http = try endpoint(http, "--http") ?? configuration.server.http
    configuration.server.webRTC = try endpoint(webrtc, "--webrtc") ?? configuration.server.webRTC
    if configuration.server.webRoot == nil { configuration.server.webRoot = WebRoot.find() }
    return configuration
  }

  /// The journal where standard error goes there, else lines for a person.
  private static func logHandler(_ label: String) -> any LogHandler {
    Journal.isConnected ? JournalLogHandler(label: label) : TerminalLogHandler()
  }

  /// On the supervisor's thread, with a log of its own: nothing that stands still can hold it up.
  private static func tell(_ report: Supervisor.Report) {
    let log = Logger(label: "cupola", factory: logHandler)
    switch report {
    case .stalled(let stall):
      let seconds = (Double(stall.overdue) / 1e8).rounded() / 10
      log.critical("The \(stall.stage) stands still", metadata: ["stage": "\(stall.stage)", "seconds": "\(seconds)"])
    case .recovered:
      log.notice("Everything moves again")
    }
  }

  private func endpoint(_ text: String?, _ option: String) throws -> ApplianceConfiguration.Endpoint? {
    guard let text else { return nil }
    guard let endpoint = ApplianceConfiguration.Endpoint(text) else {
      throw ValidationError("\(option) \"\(text)\" is not an address and a port (such as 0.0.0.0:8080)")
    }
    return endpoint
  }
}

extension Logger.Level: @retroactive ExpressibleByArgument {}
