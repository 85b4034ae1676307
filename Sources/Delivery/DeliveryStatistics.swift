import DatagramIO
import RTP
import SansIO
import WebRTC

/// What a driver and its connections had done a quarter of a second ago at most. A connection is in it as soon as it is
/// said to be there, and with the time line that it was given as soon as it has connected.
public struct DeliveryStatistics: Sendable {
  public struct Connection: Sendable {
    public var id: ConnectionID
    /// Where the viewer is; nil before it has connected.
    public var remoteAddress: TransportAddress?
    /// The stream that the viewer is to see.
    public var stream: StreamID
    /// Frames that did not go out whole, since the kernel had no room or no way.
    public var framesLost: UInt64
    public var peer: PeerStatistics
  }

  public var connections: [Connection] = []
  public var socket = UDPSocket.Counters()
  /// Frames that were dropped since the thread was behind.
  public var framesDropped: UInt64 = 0
  /// Frames taken from the mailbox.
  public var framesTaken: UInt64 = 0
  /// The most frames that waited in the mailbox when the thread came to it, since somebody looked last.
  public var mailboxDepth: Int = 0
  /// What the thread did other than wait, in nanoseconds.
  public var busyTime: Int64 = 0
  /// Datagrams that belong to no connection, or are longer than anything that does.
  public var strayDatagrams: UInt64 = 0
  /// What connections did not act on, those that are over included, by reason.
  public var drops: [String: UInt64] = [:]
}
