import DTLS
import ICE
import RTP

/// What one connection has done, for the statistics of the appliance.
public struct PeerStatistics: Sendable {
  /// RTP packets, retransmissions excluded.
  public var packetsSent: UInt64 = 0
  /// Their payload bytes.
  public var bytesSent: UInt64 = 0
  public var framesSent: UInt64 = 0
  public var packetsResent: UInt64 = 0
  /// NACK messages received.
  public var nacksReceived: UInt64 = 0
  /// PLI and FIR received, whether or not each became a `.keyframeRequested`.
  public var keyframeRequestsReceived: UInt64 = 0
  /// What the receiver last reported.
  public var reception: RTPSender.Reception
  /// What the receiver believes that it can take, in bits per second (REMB); nil: it did not say.
  public var receiverEstimatedMaximumBitrate: UInt64?
  /// From the making of the connection to the end of the handshake; nil: not there yet.
  public var timeToConnect: Duration?
  /// What is added to a frame's time stamp to get this viewer's.
  public var timestampOffset: UInt32 = 0
  public var drops = DropCounters()
  public var iceDrops: [ICEDropReason: UInt64] = [:]
  /// Records, not datagrams.
  public var dtlsDrops: [DTLSDropReason: UInt64] = [:]

  init(reception: RTPSender.Reception) { self.reception = reception }
}
