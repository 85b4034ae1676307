import DatagramIO
import SansIO
import WebRTC

/// What a driver needs to know.
public struct DeliveryConfiguration: Sendable {
  /// The one media port. An unspecified address serves IPv4 and IPv6.
  public var bind: TransportAddress
  /// How each connection is to be; its addresses and times are filled in by the driver.
  public var peer: PeerConfiguration
  /// The addresses that viewers are told; empty: those of the interfaces that are up when a viewer joins.
  public var advertisedAddresses: [IPAddress]
  /// Whether viewers are told of loopback addresses too, for browsers on the same machine.
  public var advertisesLoopback: Bool
  public var maximumConnections: Int
  /// How bursts are handed to the kernel.
  public var sending: UDPSocket.Sending

  public init(
    bind: TransportAddress, peer: PeerConfiguration, advertisedAddresses: [IPAddress] = [],
    advertisesLoopback: Bool = false, maximumConnections: Int = 100, sending: UDPSocket.Sending = .segmented
  ) {
    self.bind = bind
    self.peer = peer
    self.advertisedAddresses = advertisedAddresses
    self.advertisesLoopback = advertisesLoopback
    self.maximumConnections = maximumConnections
    self.sending = sending
  }
}
