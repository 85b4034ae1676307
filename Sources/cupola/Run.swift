import Appliance
import ArgumentParser
import CupolaConfiguration
import DatagramIO
import Foundation
import Logging
import ServiceLifecycle
import WebServer

/// `cupola run`: play and serve until told to stop.
struct Run: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Play the playlist and serve it to browsers.",
    discussion: """
      Ends on SIGTERM and SIGINT. Exit code 78: the configuration is wrong; 69: a port cannot be had.
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
    var configuration = try options.load()
    if !media.isEmpty { configuration.playlist.sources = media }
    configuration.server.http = try endpoint(http, "--http") ?? configuration.server.http
    configuration.server.webRTC = try endpoint(webrtc, "--webrtc") ?? configuration.server.webRTC
    if configuration.server.webRoot == nil { configuration.server.webRoot = WebRoot.find() }
    var log = Logger(label: "cupola") { StreamLogHandler.standardError(label: $0) }
    log.logLevel = logLevel
    if configuration.server.webRoot == nil { log.warning("The viewer page is not installed: no pages are served") }

    let appliance: Appliance
    do {
      appliance = try Appliance(configuration: configuration, log: log)
    } catch {
      complain("cupola: \(error)")
      throw ExitCode.unavailable
    }
    let settings = configuration
    let server = HTTPService(
      configuration: settings.httpService, routes: appliance.routes, statistics: appliance.webServerStatistics,
      logger: log
    ) { port in
      Welcome.say(port: port, mediaPort: appliance.mediaPort, pin: appliance.operatorPIN, configuration: settings)
    } webSocket: { socket in
      await appliance.serve(socket)
    }
    var group = ServiceGroupConfiguration(
      services: [.init(service: server), .init(service: appliance)], gracefulShutdownSignals: [.sigterm, .sigint],
      logger: log)
    group.maximumGracefulShutdownDuration = .milliseconds(1800)
    do {
      try await ServiceGroup(configuration: group).run()
    } catch let error as HTTPServiceError {
      complain("cupola: \(error)")
      throw ExitCode.unavailable
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
