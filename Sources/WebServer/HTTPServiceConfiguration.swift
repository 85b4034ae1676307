import Fairness
import SansIO

/// What the web server needs to know before it listens.
public struct HTTPServiceConfiguration: Sendable {
  /// Where the server listens, a host and a TCP port.
  public struct Address: Hashable, Sendable, CustomStringConvertible {
    /// An IP address without brackets, or a name.
    public var host: String
    /// 0 asks the kernel for a free port.
    public var port: Int

    public init(host: String, port: Int) {
      self.host = host
      self.port = port
    }

    public var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }

    /// Whether this means every address of the machine; the server then takes IPv6 and IPv4 on one socket.
    var isUnspecified: Bool { host == "0.0.0.0" || host == "::" || host == "*" }
  }

  public var address: Address
  /// The folder of the pages, an absolute path; nil serves no files.
  public var webRoot: String?
  /// Names that a browser may call this server by, beyond those `AllowedHosts` always allows.
  public var allowedHostNames: [String]
  /// IP addresses of proxies that are believed when they say who asks.
  public var proxies: [String]
  public var limits: Limits
  public var webSocket: WebSocketConfiguration
  /// Which machine an address stands for: connections and sockets are shared out among those. Called for each
  /// connection on its event loop, so it must not wait.
  public var source: @Sendable (IPAddress) -> Source

  public init(
    address: Address, webRoot: String? = nil, allowedHostNames: [String] = [], proxies: [String] = [],
    limits: Limits = Limits(), webSocket: WebSocketConfiguration = WebSocketConfiguration(),
    source: @escaping @Sendable (IPAddress) -> Source = { Source($0) }
  ) {
    self.address = address
    self.webRoot = webRoot
    self.allowedHostNames = allowedHostNames
    self.proxies = proxies
    self.limits = limits
    self.webSocket = webSocket
    self.source = source
  }

  /// What a peer may make the server hold, and for how long.
  public struct Limits: Sendable {
    /// Bytes of a request's body; more is answered 413.
    public var requestBody = 64 * 1024
    /// Bytes of one header field or of the request target.
    public var headerField = 8 * 1024
    /// Bytes of all header fields together.
    public var headerList = 32 * 1024
    public var headerCount = 100
    /// Open TCP connections of every kind, shared fairly among the machines that connect.
    public var connections = 512
    /// Connections beyond those, for this machine itself and for operators.
    public var reservedConnections = 16
    /// Bytes that are taken from a connection at a time: what is parsed of them may be many times as long.
    public var read = 4096
    /// How long a request may take to arrive, and a blocked response to move.
    public var requestTimeout = Duration.seconds(15)
    /// How long a connection may stay open between two requests.
    public var idleTimeout = Duration.seconds(30)
    /// How long requests may still run after a graceful shutdown began.
    public var shutdownGrace = Duration.milliseconds(500)

    public init() {}
  }
}

/// The WebSocket end point and its limits.
public struct WebSocketConfiguration: Sendable {
  public var path = "/ws"
  /// The subprotocol that a client must offer (RFC 6455, section 1.9); nil: none is spoken.
  public var subprotocol: String? = "cupola.v1"
  /// Open sockets, shared fairly among the machines that connect; whom nobody gives way to is refused with 503.
  public var connections = 128
  /// Sockets beyond those, for this machine itself and for operators.
  public var reservedConnections = 8
  /// Bytes of one message, fragments together; more closes with 1009.
  public var message = 64 * 1024
  /// Fragments of one message; more closes with 1009.
  public var fragments = 64
  /// Pings and pongs that may come at once, and a second after that; more closes with 1008.
  public var controlBurst = 100
  public var controlRate = 20
  /// Messages and bytes that wait for a slow reader; more closes with 1013.
  public var outboundMessages = 256
  public var outboundBytes = 1024 * 1024
  public var pingInterval = Duration.seconds(15)
  /// A socket that was silent for so long is closed; pongs count as a sign of life.
  public var silenceLimit = Duration.seconds(40)
  /// How long a closing socket waits for the peer's close frame.
  public var closeTimeout = Duration.milliseconds(500)

  public init() {}
}
