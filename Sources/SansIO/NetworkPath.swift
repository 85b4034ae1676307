/// How datagrams travel.
public enum NetworkTransport: Hashable, Sendable {
  case udp
}

/// The way that a datagram takes: what carries it, and the address at each end.
public struct NetworkPath: Hashable, Sendable {
  public var transport: NetworkTransport
  /// This side's address: where the peer's datagrams arrive, and where ours leave from.
  public var local: TransportAddress
  public var remote: TransportAddress

  public init(transport: NetworkTransport = .udp, local: TransportAddress, remote: TransportAddress) {
    self.transport = transport
    self.local = local
    self.remote = remote
  }

  /// The same path as the other end sees it.
  public var reversed: NetworkPath { NetworkPath(transport: transport, local: remote, remote: local) }
}
