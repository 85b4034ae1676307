import Glibc
import HummingbirdCore
import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle

/// The web server: pages, routes and the WebSocket on one TCP port.
///
/// It runs until its task is cancelled or its service group shuts down gracefully. Then it accepts nothing more, closes
/// every WebSocket with 1001, lets running requests finish for `Limits.shutdownGrace`, and cancels what is left.
public struct HTTPService: Service {
  /// The event loops of every server of the process. Two are enough for a LAN, and the probe, whose connections go to
  /// one after the other, finds out soon when one of them hangs.
  private static let eventLoops = MultiThreadedEventLoopGroup(numberOfThreads: 2)

  /// How many connections the kernel keeps until they are accepted, which all are at once.
  private static let backlog = 1024

  private let configuration: HTTPServiceConfiguration
  private let routes: [Route]
  private let webSocket: @Sendable (WebSocketConnection) async -> Void
  private let statistics: WebServerStatistics
  private let logger: Logger
  private let onBound: @Sendable (Int) async -> Void

  /// - Parameters:
  ///   - routes: What is answered besides files; at most one a method and path.
  ///   - webSocket: Runs once for every open socket; the socket is closed when it returns. It should end when
  ///     `inbound` does.
  ///   - onBound: Told the TCP port that the server listens on; connections are accepted once it returns.
  public init(
    configuration: HTTPServiceConfiguration, routes: [Route], statistics: WebServerStatistics = WebServerStatistics(),
    logger: Logger, onBound: @escaping @Sendable (Int) async -> Void = { _ in },
    webSocket: @escaping @Sendable (WebSocketConnection) async -> Void
  ) {
    self.configuration = configuration
    self.routes = routes
    self.webSocket = webSocket
    self.statistics = statistics
    self.logger = logger
    self.onBound = onBound
  }

  /// Serves until shut down. Throws `HTTPServiceError` when it cannot listen.
  public func run() async throws {
    let server = makeServer()
    let grace = configuration.limits.shutdownGrace
    let address = configuration.address
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask {
        do {
          try await server.run()
        } catch let error as IOError {
          throw HTTPServiceError(error, address: address) ?? error
        }
      }
      group.addTask {
        // Ends by throwing when the server ended first and this task is cancelled.
        try? await gracefulShutdown()
        try? await Task.sleep(for: grace)
      }
      defer { group.cancelAll() }
      try await group.next()
    }
  }

  private func makeServer() -> Server<UpgradableHTTPChannel> {
    let limits = configuration.limits
    let connections = ConnectionAdmission(
      places: Places(limits.connections, reserved: limits.reservedConnections), source: configuration.source,
      statistics: statistics)
    let hosts = AllowedHosts(names: configuration.allowedHostNames)
    let admission = WebSocketAdmission(
      configuration: configuration.webSocket, hosts: hosts, connections: connections, statistics: statistics)
    let proxies = TrustedProxies(configuration.proxies)
    let responder = RequestResponder(
      gate: RequestGate(hosts: hosts, statistics: statistics),
      routes: RoutingTable(routes, maximumBody: limits.requestBody),
      files: StaticFiles(tree: configuration.webRoot.map(FileTree.init)), admission: admission,
      proxies: proxies, logger: logger)
    let channel = UpgradableHTTPChannel(
      responder: { request, writer, channel in
        try await responder.respond(to: request, writer: writer, channel: channel)
      },
      limits: limits, connections: connections, webSocket: configuration.webSocket, admission: admission,
      handler: webSocket, statistics: statistics, identifiers: WebSocketIdentifiers(), proxies: proxies)
    let address = configuration.address
    let host = address.isUnspecified ? DualStack.unspecifiedHost : address.host
    return Server(
      childChannelSetup: channel,
      configuration: ServerConfiguration(
        address: .hostname(host, port: address.port), backlog: Self.backlog),
      onServerRunning: { [onBound, logger] channel in
        try? await channel.pipeline.addHandler(AcceptErrorHandler(logger: logger), position: .first)
        await onBound(channel.localAddress?.port ?? address.port)
      },
      eventLoopGroup: Self.eventLoops, logger: logger)
  }
}

extension HTTPServiceError {
  fileprivate init?(_ error: IOError, address: HTTPServiceConfiguration.Address) {
    switch error.errnoCode {
    case EADDRINUSE: self = .portInUse(host: address.host, port: address.port)
    case EACCES, EPERM: self = .notPermitted(host: address.host, port: address.port)
    case EADDRNOTAVAIL: self = .addressNotAvailable(host: address.host)
    default: return nil
    }
  }
}
