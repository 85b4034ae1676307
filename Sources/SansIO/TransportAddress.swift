/// Where a datagram comes from or goes to.
public struct TransportAddress: Hashable, Sendable, CustomStringConvertible {
  public var ip: IPAddress
  public var port: UInt16

  public init(_ ip: IPAddress, port: UInt16) {
    self.ip = ip
    self.port = port
  }

  /// "192.0.2.1:8189" or "[2001:db8::1]:8189".
  public var description: String { ip.isV6 ? "[\(ip)]:\(port)" : "\(ip):\(port)" }

  /// Parses what `description` writes; nil for anything else.
  public init?(_ text: String) {
    guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]) else { return nil }
    var host = text[..<colon]
    if host.hasPrefix("["), host.hasSuffix("]") {
      host = host.dropFirst().dropLast()
      guard let ip = IPAddress(String(host)), ip.isV6 else { return nil }
      self.init(ip, port: port)
    } else {
      guard let ip = IPAddress(String(host)), !ip.isV6 else { return nil }
      self.init(ip, port: port)
    }
  }
}
