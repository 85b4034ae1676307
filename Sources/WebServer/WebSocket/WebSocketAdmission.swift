import HTTPTypes
import NIOCore
import NIOHTTP1

/// Decides which WebSocket handshakes are accepted, and who gets the sockets that there are.
struct WebSocketAdmission: Sendable {
  enum Verdict {
    case admitted(Place)
    case refused(WebSocketRefusal)
    /// Not for the WebSocket's path, or not asking for one.
    case noHandshake
  }

  let configuration: WebSocketConfiguration
  let hosts: AllowedHosts
  let connections: ConnectionAdmission
  let places: Places
  let statistics: WebServerStatistics

  init(
    configuration: WebSocketConfiguration, hosts: AllowedHosts, connections: ConnectionAdmission,
    statistics: WebServerStatistics
  ) {
    self.configuration = configuration
    self.hosts = hosts
    self.connections = connections
    self.statistics = statistics
    places = Places(configuration.connections, reserved: configuration.reservedConnections)
  }

  /// A refused handshake is counted here and answered by `answer(to:refusal:)`.
  func decide(on head: HTTPRequestHead, from channel: any Channel) -> Verdict {
    guard let handshake = WebSocketHandshake(head), handshake.path == configuration.path else { return .noHandshake }
    let refusal: WebSocketRefusal
    if let reason = self.refusal(of: handshake) {
      refusal = reason
    } else if let place = place(for: channel) {
      return .admitted(place)
    } else {
      refusal = .limit
    }
    statistics.count { $0.webSocketRefusals[refusal, default: 0] += 1 }
    return .refused(refusal)
  }

  private func place(for channel: any Channel) -> Place? {
    let source = connections.source(of: channel)
    return places.take(from: source, isPrivileged: source == .loopback) {
      channel.pipeline.fireUserInboundEventTriggered(WebSocketHandler.GivesWay())
    }
  }

  private func refusal(of handshake: WebSocketHandshake) -> WebSocketRefusal? {
    guard let host = handshake.host.flatMap({ HostAuthority($0) }), hosts.allows(host) else { return .host }
    guard handshake.origins.count <= 1, handshake.origins.allSatisfy(host.isOrigin) else { return .origin }
    guard handshake.isOfThisVersion else { return .handshake }
    guard handshake.isWellFormed else { return .malformed }
    if let subprotocol = configuration.subprotocol, !handshake.subprotocols.contains(where: { $0 == subprotocol }) {
      return .subprotocol
    }
    return nil
  }

  /// Answers a request for the WebSocket's path that opened none.
  ///
  /// - Parameter refusal: why its handshake was refused; nil: it was none.
  func answer(to method: HTTPRequest.Method, refusal: WebSocketRefusal?) throws(APIError) -> APIResponse {
    guard method == .get || method == .head else {
      if method == .options { return APIResponse(status: 204, headers: ["Allow": Self.allow]) }
      throw APIError(methodNotAmong: Self.allow)
    }
    throw error(refusal ?? .handshake)
  }

  private func error(_ refusal: WebSocketRefusal) -> APIError {
    switch refusal {
    case .host:
      AllowedHosts.refusal(of: nil)
    case .origin:
      APIError(status: 403, code: "foreignOrigin", message: "Pages of other origins may not connect here.")
    case .subprotocol:
      APIError(
        status: 400, code: "subprotocol", message: "Offer the subprotocol \(configuration.subprotocol ?? "").")
    case .limit:
      APIError(
        status: 503, code: "connectionLimit",
        message: "All \(configuration.connections) connections of this server are taken.",
        headers: ["Retry-After": "5"])
    case .malformed:
      APIError(
        status: 400, code: "badHandshake",
        message: "A WebSocket handshake has a Sec-WebSocket-Key of 16 bytes in base64, Connection: Upgrade and no body."
      )
    case .handshake:
      APIError(
        status: 426, code: "webSocketOnly",
        message: "This address speaks WebSocket, version 13, and its handshake is the first request of a connection.",
        headers: ["Upgrade": "websocket", "Sec-WebSocket-Version": "13"])
    }
  }

  private static let allow = "GET, HEAD, OPTIONS"
}
