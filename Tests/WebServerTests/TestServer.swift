import Logging
import ServiceLifecycle
import WebServer

/// A server on a free loopback port for the time of one test.
struct TestServer: Sendable {
  let port: Int
  let statistics: WebServerStatistics
  private let group: ServiceGroup

  /// Begins a graceful shutdown; the server is down when `withTestServer` returns.
  func shutDown() async { await group.triggerGracefulShutdown() }

  /// Runs `body` beside a server and shuts the server down. `webSocket` echoes unless it is given.
  static func run(
    webRoot: String? = nil, routes: [Route] = [],
    configure: (inout HTTPServiceConfiguration) -> Void = { _ in },
    webSocket: @escaping @Sendable (WebSocketConnection) async -> Void = echo,
    _ body: (TestServer) async throws -> Void
  ) async throws {
    var configuration = HTTPServiceConfiguration(
      address: .init(host: "127.0.0.1", port: 0), webRoot: webRoot, allowedHostNames: ["tv.example"])
    configure(&configuration)
    let statistics = WebServerStatistics()
    let (ports, bound) = AsyncStream<Int>.makeStream()
    let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    let service = HTTPService(
      configuration: configuration, routes: routes, statistics: statistics, logger: logger,
      onBound: { bound.yield($0) }, webSocket: webSocket)
    let group = ServiceGroup(configuration: .init(services: [service], logger: logger))
    async let running: Void = {
      defer { bound.finish() }
      try await group.run()
    }()
    if let port = await ports.first(where: { _ in true }) {
      do {
        try await body(TestServer(port: port, statistics: statistics, group: group))
      } catch {
        await group.triggerGracefulShutdown()
        throw error
      }
      await group.triggerGracefulShutdown()
    }
    try await running
  }

  @Sendable static func echo(_ connection: WebSocketConnection) async {
    for await message in connection.inbound { connection.send(message) }
  }
}
