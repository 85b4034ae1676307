import NIOCore

/// Who is at the other end of a connection.
public struct RemoteAddress: Hashable, Sendable, CustomStringConvertible {
  /// An IP address as text; IPv4 is dotted also when it arrived on a dual-stack socket (RFC 4291, section 2.5.5.2).
  public var host: String
  public var port: Int

  public init(host: String, port: Int) {
    self.host = host
    self.port = port
  }

  init(_ address: SocketAddress?) {
    let text = address?.ipAddress ?? "unknown"
    let mapped = "::ffff:"
    host = text.hasPrefix(mapped) && text.contains(".") ? String(text.dropFirst(mapped.count)) : text
    port = address?.port ?? 0
  }

  public var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}
