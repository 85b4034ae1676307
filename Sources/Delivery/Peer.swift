import RTP
import SansIO
import WebRTC

/// A connection, and what the loop knows about it.
final class Peer {
  let id: ConnectionID
  var connection: PeerConnection
  var selection: StreamSelection
  /// The connection's deadline, kept here since it is looked at far more often than it changes.
  var deadline: Instant?
  /// The addresses under which the loop finds the peer; the oldest first.
  var addresses: [TransportAddress] = []
  /// Whether it asked for a key frame and got none yet.
  var wantsKeyframe = false
  var framesLost: UInt64 = 0
  /// When a key frame was last asked for since the viewer had lost something.
  private var lastRepair: Instant?

  /// A viewer that loses frames all the time, or says so, gets a key frame this often and no oftener: each costs all
  /// viewers of the stream.
  static let repairInterval: Duration = .milliseconds(500)
  /// Browsers check every few seconds; one that was silent for longer may have left its address to another.
  static let addressHold: Duration = .seconds(10)
  /// More than an ICE agent keeps paths.
  static let maximumAddresses = 32

  init(id: ConnectionID, connection: consuming PeerConnection, stream: StreamID) {
    self.id = id
    self.connection = connection
    selection = StreamSelection(stream: stream)
    deadline = nil
  }

  /// The stream of which a key frame would help.
  var awaited: StreamID? { selection.awaited ?? (wantsKeyframe ? selection.selected : nil) }

  func isWaiting(for stream: StreamID) -> Bool { connection.isConnected && awaited == stream }

  /// Whether a loss at `now` may have a key frame at once.
  func mayRepair(at now: Instant) -> Bool {
    if let lastRepair, now - lastRepair < Self.repairInterval { return false }
    lastRepair = now
    return true
  }

  var statistics: DeliveryStatistics.Connection {
    DeliveryStatistics.Connection(
      id: id, remoteAddress: connection.path?.remote, stream: selection.selected, framesLost: framesLost,
      peer: connection.statistics)
  }
}
