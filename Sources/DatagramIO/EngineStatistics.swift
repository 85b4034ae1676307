import RTP
import SansIO
import Synchronization
import WebRTC

/// What a driver and its connections have done.
public struct EngineStatistics: Sendable {
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

  public var connections: [Connection]
  public var socket: UDPSocket.Counters
  /// Frames that were dropped since the thread was behind.
  public var framesDropped: UInt64
  /// Datagrams that belong to no connection, or are longer than anything that does.
  public var strayDatagrams: UInt64
  /// What connections did not act on, those that are over included, by reason.
  public var drops: [String: UInt64]
}

/// Sums up why connections dropped datagrams.
struct DropTally {
  private(set) var counts: [String: UInt64] = [:]

  mutating func add(_ peer: PeerStatistics) {
    for reason in DropReason.allCases where peer.drops[reason] > 0 {
      counts["\(reason)", default: 0] &+= peer.drops[reason]
    }
    for (reason, count) in peer.iceDrops { counts["ice_\(reason)", default: 0] &+= count }
  }
}

/// Counters that only rise, and stand still when the thread does.
///
/// Only the driver's thread writes them; anybody may read them at any time.
public final class EngineProgress: Sendable {
  private let iterationCount = Atomic<UInt64>(0)
  private let frameCount = Atomic<UInt64>(0)
  private let receivedCount = Atomic<UInt64>(0)
  private let sentCount = Atomic<UInt64>(0)

  /// How often the thread has come round.
  public var iterations: UInt64 { iterationCount.load(ordering: .relaxed) }
  /// Frames taken from the mailbox.
  public var frames: UInt64 { frameCount.load(ordering: .relaxed) }
  public var datagramsReceived: UInt64 { receivedCount.load(ordering: .relaxed) }
  public var datagramsSent: UInt64 { sentCount.load(ordering: .relaxed) }

  func update(frames: Int, socket: UDPSocket.Counters) {
    iterationCount.store(iterations &+ 1, ordering: .relaxed)
    frameCount.store(self.frames &+ UInt64(frames), ordering: .relaxed)
    receivedCount.store(socket.received, ordering: .relaxed)
    sentCount.store(socket.sent, ordering: .relaxed)
  }
}
