import NIOCore

/// Who is at the other end of a connection.
public struct RemoteAddress: Hashable, Sendable, CustomStringConvertible {
  /// An IP address as text; IPv4 is dotted also when it arrived on a dual-stack socket (RFC 4291, section 2.5.5.2).
  public var host: String
  public var port: Int
  /// Whether it is what a trusted proxy says, and not the other end itself; then the port is 0.
  public var isForwarded = false

  public init(host: String, port: Int, isForwarded: Bool = false) {
    self.host = host
    self.port = port
    self.isForwarded = isForwarded
  }

  init(_ address: SocketAddress?) {
    let text = address?.ipAddress ?? "unknown"
    let mapped = "::ffff:"
    host = text.hasPrefix(mapped) && text.contains(".") ? String(text.dropFirst(mapped.count)) : text
    port = address?.port ?? 0
  }

  /// An IP address in its one usual form; nil when it is none.
  static func canonical(_ host: String) -> String? {
    (try? SocketAddress(ipAddress: host, port: 0)).map { RemoteAddress($0).host }
  }

  public var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}
