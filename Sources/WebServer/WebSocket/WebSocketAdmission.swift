import HTTPTypes
import NIOHTTP1
import Synchronization

/// Decides which WebSocket handshakes are accepted, and holds the number of open sockets.
final class WebSocketAdmission: Sendable {
  /// What a handshake says about itself, from either vocabulary of header fields.
  struct Handshake {
    var path: Substring
    var host: String?
    var origin: String?
    var subprotocols: [Substring]
    /// Has the method, version and key of RFC 6455, section 4.2.1, and no body.
    var isWellFormed: Bool

    init(_ head: HTTPRequestHead) {
      path = head.uri.prefix { $0 != "?" }
      let hosts = head.headers["host"]
      host = hosts.count == 1 ? hosts[0] : nil
      origin = head.headers["origin"].first
      subprotocols = head.headers[canonicalForm: "sec-websocket-protocol"]
      isWellFormed =
        head.method == .GET && head.version == .http1_1 && head.headers["sec-websocket-version"] == ["13"]
        && head.headers["sec-websocket-key"].count == 1
        && head.headers[canonicalForm: "upgrade"].contains { $0.lowercased() == "websocket" }
        && head.headers[canonicalForm: "connection"].contains { $0.lowercased() == "upgrade" }
        && !head.headers.contains(name: "content-length") && !head.headers.contains(name: "transfer-encoding")
    }

    init(_ head: HTTPRequest) {
      path = (head.path ?? "").prefix { $0 != "?" }
      host = head.authority
      origin = head.headerFields[.origin]
      subprotocols = (head.headerFields[.secWebSocketProtocol] ?? "").split(separator: ",").map {
        $0.drop { $0 == " " }.prefix { $0 != " " }
      }
      // `Upgrade` and `Connection` are gone by now.
      isWellFormed =
        head.method == .get && head.headerFields[.secWebSocketVersion] == "13"
        && head.headerFields[values: .secWebSocketKey].count == 1
    }
  }

  private let configuration: WebSocketConfiguration
  private let hosts: AllowedHosts
  private let statistics: WebServerStatistics
  private let open = Atomic(0)

  init(configuration: WebSocketConfiguration, hosts: AllowedHosts, statistics: WebServerStatistics) {
    self.configuration = configuration
    self.hosts = hosts
    self.statistics = statistics
  }

  /// Whether this request opens a WebSocket; then it has taken a slot, which is given back with `releaseSlot`.
  ///
  /// A refused handshake is counted here and answered by `answer(to:)`.
  func admits(_ head: HTTPRequestHead) -> Bool {
    let handshake = Handshake(head)
    guard handshake.path == configuration.path, head.headers.contains(name: "upgrade") else { return false }
    let refusal = refusal(of: handshake) ?? (takeSlot() ? nil : .limit)
    if let refusal { statistics.count { $0.webSocketRefusals[refusal, default: 0] += 1 } }
    return refusal == nil
  }

  func releaseSlot() { open.subtract(1, ordering: .relaxed) }

  private func takeSlot() -> Bool {
    if open.add(1, ordering: .relaxed).newValue <= configuration.connections { return true }
    releaseSlot()
    return false
  }

  private func refusal(of handshake: Handshake) -> WebSocketRefusal? {
    guard let host = handshake.host.flatMap({ HostAuthority($0) }), hosts.allows(host) else { return .host }
    if let origin = handshake.origin, !host.isOrigin(origin) { return .origin }
    guard handshake.isWellFormed else { return .handshake }
    guard handshake.subprotocols.contains(where: { $0 == configuration.subprotocol }) else { return .subprotocol }
    guard open.load(ordering: .relaxed) < configuration.connections else { return .limit }
    return nil
  }

  /// Whether a request is for the WebSocket's path.
  func isFor(_ request: HTTPRequest) -> Bool { Handshake(request).path == configuration.path }

  /// Answers a request for the WebSocket's path that was not admitted.
  func answer(to request: HTTPRequest) -> APIError {
    // The slot that was missing a moment ago may be free by now.
    switch refusal(of: Handshake(request)) ?? .limit {
    case .host:
      return AllowedHosts.refusal
    case .origin:
      return APIError(status: 403, code: "foreignOrigin", message: "Pages of other origins may not connect here.")
    case .subprotocol:
      return APIError(
        status: 400, code: "subprotocol", message: "Offer the subprotocol \(configuration.subprotocol).")
    case .limit:
      return APIError(
        status: 503, code: "connectionLimit",
        message: "All \(configuration.connections) connections of this server are taken.",
        headers: ["Retry-After": "5"])
    case .handshake:
      return APIError(
        status: 426, code: "webSocketOnly", message: "This address speaks WebSocket, version 13.",
        headers: ["Upgrade": "websocket", "Sec-WebSocket-Version": "13"])
    }
  }
}
