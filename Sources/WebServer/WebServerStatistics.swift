import Synchronization

/// Counts what the web server did, for `/metrics`. Safe to use from any thread.
public final class WebServerStatistics: Sendable {
  /// The counters at one instant.
  public struct Snapshot: Hashable, Sendable {
    /// Answers by the first digit of their status.
    public var informational: UInt64 = 0
    public var successful: UInt64 = 0
    public var redirected: UInt64 = 0
    public var clientErrors: UInt64 = 0
    public var serverErrors: UInt64 = 0
    /// Connections whose first request, or the body of any, was no HTTP; they are in none of the classes above.
    public var malformedRequests: UInt64 = 0
    /// Connections closed because a request did not arrive, or an answer was not read, in time.
    public var timedOutConnections: UInt64 = 0
    /// Connections closed because another machine, which had fewer, needed the place.
    public var connectionsDisplaced: UInt64 = 0
    /// Connections closed at once, because all places were taken by others of use.
    public var connectionsRefused: UInt64 = 0
    /// TCP connections of every kind.
    public var connectionsOpen: UInt64 = 0
    public var webSocketsOpen: UInt64 = 0
    public var webSocketsOpened: UInt64 = 0
    public var webSocketMessagesReceived: UInt64 = 0
    public var webSocketMessagesSent: UInt64 = 0
    public var webSocketRefusals: [WebSocketRefusal: UInt64] = [:]
    /// Sockets that the server closed, by why.
    public var webSocketsClosed: [WebSocketCloseCause: UInt64] = [:]
  }

  private let counters = Mutex(Snapshot())
  private let connections = Atomic<Int>(0)
  package let probePort = ProbePort()

  public init() {}

  public var snapshot: Snapshot {
    var snapshot = counters.withLock { $0 }
    snapshot.connectionsOpen = UInt64(clamping: connections.load(ordering: .relaxed))
    return snapshot
  }

  func connectionOpened() { connections.add(1, ordering: .relaxed) }

  func connectionClosed() { connections.subtract(1, ordering: .relaxed) }

  package func count(_ change: (inout Snapshot) -> Void) { counters.withLock { change(&$0) } }

  func countResponse(status: Int) {
    count {
      switch status {
      case ..<200: $0.informational += 1
      case ..<300: $0.successful += 1
      case ..<400: $0.redirected += 1
      case ..<500: $0.clientErrors += 1
      default: $0.serverErrors += 1
      }
    }
  }
}

/// Why a WebSocket was not opened.
public enum WebSocketRefusal: String, CaseIterable, Sendable {
  case host, origin, subprotocol, limit
  /// The request was no WebSocket handshake, or one of another version (RFC 6455, section 4.4).
  case handshake
  /// A handshake that breaks RFC 6455, section 4.2.1.
  case malformed
}

/// Why the server closed a WebSocket.
public enum WebSocketCloseCause: String, CaseIterable, Sendable {
  /// The program asked for it.
  case application
  case slowReader, oversizedMessage, binaryMessage, invalidText, protocolError, silence, shutdown
  /// More pings than anybody needs.
  case flood
  /// Another machine, which had fewer sockets, needed the place.
  case displaced
}
