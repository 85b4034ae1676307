import Clocks
import DatagramIO
import Heartbeats
import RTP
import SansIO
import Synchronization

/// Where other threads leave frames, connections and commands for a driver's thread, which an alarm wakes.
final class Inbox: Sendable {
  /// More connections than wait are refused.
  static let maximumArrivals = 128

  struct Contents: Sendable {
    var frames = FrameMailbox()
    var arrivals: [Arrival] = []
    /// Tests that wait for the thread to have come by.
    var lookers: [CheckedContinuation<Void, Never>] = []
    /// What these viewers are to see: the last word counts, so there are no more than viewers, and none is refused.
    var selections: [ConnectionID: StreamID] = [:]
    /// Who is to go; never refused either.
    var closings: Set<ConnectionID> = []
    var isStopped = false
  }

  /// Rings when there is something inside.
  let alarm: Alarm
  private let heartbeat: Heartbeat
  private let contents = Mutex(Contents())

  /// - Parameter heartbeat: the thread's, which has work as soon as something is inside.
  init(address: TransportAddress, heartbeat: Heartbeat) throws(UDPSocketError) {
    self.heartbeat = heartbeat
    alarm = try Alarm(for: address)
  }

  func publish(_ frame: PacketizedFrame) {
    let wasEmpty = contents.withLock { contents in
      if contents.isStopped { return false }
      defer { contents.frames.append(frame) }
      return contents.frames.isEmpty
    }
    if wasEmpty { wake() }
  }

  /// False when the connection is refused: after `stop()`, or when too many wait.
  func add(_ arrival: Arrival) -> Bool {
    let isTaken = contents.withLock { contents in
      guard !contents.isStopped, contents.arrivals.count < Self.maximumArrivals else { return false }
      contents.arrivals.append(arrival)
      return true
    }
    if isTaken { wake() }
    return isTaken
  }

  /// Has the thread publish its statistics at the end of its turn.
  func look(_ continuation: CheckedContinuation<Void, Never>) {
    let isTaken = contents.withLock { contents in
      if contents.isStopped { return false }
      contents.lookers.append(continuation)
      return true
    }
    if isTaken { wake() } else { continuation.resume() }
  }

  func select(_ stream: StreamID, for id: ConnectionID) {
    change { $0.selections[id] = stream }
  }

  func close(_ id: ConnectionID) {
    change { $0.closings.insert(id) }
  }

  private func change(_ body: (inout Contents) -> Void) {
    contents.withLock { contents in
      if !contents.isStopped { body(&contents) }
    }
    wake()
  }

  func stop() {
    contents.withLock { $0.isStopped = true }
    wake()
  }

  /// What `drain` takes.
  struct Drained {
    /// One at a time, so that media has its turn between two.
    var arrival: Arrival?
    var selections: [ConnectionID: StreamID]
    var closings: Set<ConnectionID>
    /// The streams that lost frames.
    var lost: Set<StreamID>
    /// How many frames were dropped so far.
    var dropped: UInt64
    var lookers: [CheckedContinuation<Void, Never>]
    var isStopped: Bool
  }

  /// Takes one connection and everything else, but for what concerns connections that still wait; the frames are
  /// appended to `frames`, in order.
  func drain(into frames: inout [PacketizedFrame]) -> Drained {
    alarm.silence()
    let (drained, isMoreWaiting) = contents.withLock { contents in
      let lost = contents.frames.drain(into: &frames)
      let arrival = contents.arrivals.isEmpty ? nil : contents.arrivals.removeFirst()
      var kept = (selections: [ConnectionID: StreamID](), closings: Set<ConnectionID>())
      for arrival in contents.arrivals {
        kept.selections[arrival.peer.id] = contents.selections.removeValue(forKey: arrival.peer.id)
        if let id = contents.closings.remove(arrival.peer.id) { kept.closings.insert(id) }
      }
      defer { (contents.selections, contents.closings, contents.lookers) = (kept.selections, kept.closings, []) }
      let drained = Drained(
        arrival: arrival, selections: contents.selections, closings: contents.closings, lost: lost,
        dropped: contents.frames.droppedCount, lookers: contents.lookers, isStopped: contents.isStopped)
      return (drained, !contents.arrivals.isEmpty)
    }
    if isMoreWaiting { wake() }
    return drained
  }

  /// Refuses what the thread did not come to before it ended.
  func refuseAll() {
    let (arrivals, lookers) = contents.withLock { contents in
      defer { (contents.arrivals, contents.lookers) = ([], []) }
      return (contents.arrivals, contents.lookers)
    }
    for arrival in arrivals { arrival.continuation.resume(returning: .unavailable) }
    for looker in lookers { looker.resume() }
  }

  private func wake() {
    heartbeat.expectUnlessExpected(by: MonotonicTime.now)
    alarm.ring()
  }
}
