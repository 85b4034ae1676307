import DatagramIO
import Heartbeats
import ICE
import RTP
import SansIO
import WebRTC

/// What a driver's thread does: it owns the socket and every connection, and nobody else touches them.
final class DeliveryLoop {
  private let events: @Sendable (DeliveryEvent) -> Void
  private var peers: PeerTable
  private var socket: UDPSocket
  private let poller: Poller
  private let inbox: Inbox
  private let board: StatisticsBoard
  private let heartbeat: Heartbeat
  private var burst = DatagramBurst()
  private var batch = DatagramBatch()
  private var frames: [PacketizedFrame] = []
  private var keyframes = KeyframeRequests()
  private var counters = DeliveryCounters()

  /// Batches of datagrams taken before frames get their turn again.
  private static let maximumBatches = 4

  init(
    maximumConnections: Int, socket: consuming UDPSocket, inbox: Inbox, board: StatisticsBoard,
    heartbeat: Heartbeat, events: @escaping @Sendable (DeliveryEvent) -> Void
  ) throws(UDPSocketError) {
    poller = try Poller(socket: socket, alarm: inbox.alarm)
    peers = PeerTable(capacity: maximumConnections)
    self.socket = socket
    self.inbox = inbox
    self.board = board
    self.heartbeat = heartbeat
    self.events = events
  }

  /// Runs until the inbox says stop.
  func run() {
    // Takes tens of milliseconds once: better now than when the first viewer waits.
    PeerConnection.prepare()
    var now = Instant.now
    var isStopped = false
    while !isStopped {
      let deadline = earliestDeadline()
      if let deadline { heartbeat.expect(by: deadline.nanoseconds) } else { heartbeat.rest(.nothingToSend) }
      let ready = poller.wait(until: deadline, now: now)
      now = Instant.now
      heartbeat.expectUnlessExpected(by: now.nanoseconds)
      var lookers: [CheckedContinuation<Void, Never>] = []
      if ready.alarm { (isStopped, lookers) = takeInbox(at: now) }
      if ready.socket { receiveDatagrams(at: now) }
      let hasAdvanced = advancePeers(to: now)
      if ready.alarm || ready.socket || hasAdvanced { counters.noteWork(at: now) }
      counters.framesTaken &+= UInt64(frames.count)
      counters.mailboxDepth = max(counters.mailboxDepth, frames.count)
      frames.removeAll(keepingCapacity: true)
      let end = Instant.now
      counters.busyTime &+= end.nanoseconds &- now.nanoseconds
      if counters.isDue(at: now) || !lookers.isEmpty { publish(at: now) }
      for looker in lookers { looker.resume() }
      heartbeat.beat(next: end.nanoseconds)
    }
    for peer in peers.all {
      peer.connection.close(at: now)
      settle(peer, at: now)
    }
    board.publish(nil)
    inbox.refuseAll()
    heartbeat.rest(.stopped)
  }

  private func earliestDeadline() -> Instant? {
    var earliest = keyframes.deadline
    if let due = counters.publication { earliest = min(earliest ?? due, due) }
    for peer in peers.all {
      if let deadline = peer.deadline { earliest = min(earliest ?? deadline, deadline) }
    }
    return earliest
  }

  // MARK: Connections, commands and frames

  private func takeInbox(at now: Instant) -> (isStopped: Bool, lookers: [CheckedContinuation<Void, Never>]) {
    let taken = inbox.drain(into: &frames)
    counters.framesDropped = taken.dropped
    if let arrival = taken.arrival { arrival.continuation.resume(returning: insert(arrival.peer.peer)) }
    for (id, stream) in taken.selections { select(stream, for: id, at: now) }
    for id in taken.closings { close(id, at: now) }
    for frame in frames { distribute(frame, at: now) }
    for stream in taken.lost {
      for peer in peers.all where peer.selection.shown == stream { peer.selection.lost() }
      askForKeyframe(of: stream, at: now)
    }
    return (taken.isStopped, taken.lookers)
  }

  /// Gives a connection its place; says why there is none for it.
  private func insert(_ peer: Peer) -> DeliveryError? {
    if let refusal = peers.insert(peer) { return refusal }
    peer.deadline = peer.connection.deadline
    board.note(peer.statistics)
    return nil
  }

  private func select(_ stream: StreamID, for id: ConnectionID, at now: Instant) {
    guard let peer = peers[id] else { return }
    peer.selection.select(stream)
    if peer.connection.isConnected, let awaited = peer.selection.awaited { askForKeyframe(of: awaited, at: now) }
  }

  private func close(_ id: ConnectionID, at now: Instant) {
    guard let peer = peers[id] else { return }
    peer.connection.close(at: now)
    settle(peer, at: now)
  }

  private func publish(at now: Instant) {
    let connections = peers.all.map(\.statistics)
    board.publish(
      DeliveryStatistics(
        connections: connections, socket: socket.counters, framesDropped: counters.framesDropped,
        framesTaken: counters.framesTaken, mailboxDepth: counters.mailboxDepth, busyTime: counters.busyTime,
        strayDatagrams: counters.strayDatagrams,
        drops: connections.reduce(into: counters.formerDrops) { $0.add($1.peer) }.counts))
    counters.notePublication(at: now)
  }

  /// Gives the frame to every viewer that is to have it.
  private func distribute(_ frame: PacketizedFrame, at now: Instant) {
    if frame.isKeyFrame { keyframes.fulfil(frame.stream) }
    for peer in peers.inTurn() {
      guard peer.connection.isConnected else { continue }
      let decision = peer.selection.receive(frame.stream, isKeyFrame: frame.isKeyFrame)
      guard decision != .skip else { continue }
      let sent = send(frame, to: peer)
      if let sent {
        if frame.isKeyFrame { peer.wantsKeyframe = false }
        if decision == .sendFirst { events(.switched(peer.id, frame.stream, rtpTimestamp: sent.timestamp)) }
      } else {
        peer.framesLost &+= 1
        peer.selection.lost()
        repair(peer, at: now)
      }
    }
  }

  /// nil when the frame did not go out whole.
  private func send(_ frame: PacketizedFrame, to peer: Peer) -> SentFrame? {
    burst.removeAll()
    guard let sent = peer.connection.send(frame, burst: &burst), let path = peer.connection.path else {
      return nil
    }
    return socket.send(burst, on: path) == .sent ? sent : nil
  }

  // MARK: Key frames

  private func askForKeyframe(of stream: StreamID, at now: Instant) {
    if keyframes.insert(stream, at: now) { events(.needsKeyframe(stream)) }
  }

  /// Asks for the key frame that the viewer needs after a loss: now, or when its turn comes.
  private func repair(_ peer: Peer, at now: Instant) {
    peer.wantsKeyframe = true
    guard let stream = peer.awaited else { return }
    if peer.mayRepair(at: now) {
      askForKeyframe(of: stream, at: now)
    } else {
      keyframes.postpone(stream, at: now)
    }
  }

  // MARK: Datagrams

  private func receiveDatagrams(at now: Instant) {
    for _ in 0..<Self.maximumBatches {
      socket.receive(into: &batch)
      for index in 0..<batch.count { receive(index, at: now) }
      if batch.count < DatagramBatch.capacity { break }
    }
  }

  private func receive(_ index: Int, at now: Instant) {
    let path = batch.path(at: index)
    let kind = PacketKind(batch.payload(at: index))
    guard !batch.isTruncated(at: index), let peer = recipient(of: batch.payload(at: index), kind, from: path.remote)
    else {
      counters.strayDatagrams &+= 1
      return
    }
    peer.connection.receive(batch.payload(at: index), kind, on: path, at: now)
    if peer.connection.hasMissingPackets { resend(to: peer, at: now) }
    if peer.connection.isVerified(path.remote) { peers.assign(path.remote, to: peer, at: now) }
    settle(peer, at: now)
  }

  /// A binding request is for whom it names, anything else for whom proved to be at its address.
  private func recipient(of payload: borrowing RawSpan, _ kind: PacketKind?, from: TransportAddress) -> Peer? {
    if kind == .stun, let ufrag = STUNMessage.username(of: copy payload) { return peers[ufrag: ufrag] }
    return peers[from]
  }

  private func resend(to peer: Peer, at now: Instant) {
    burst.removeAll()
    peer.connection.resend(into: &burst, at: now)
    if let path = peer.connection.path { _ = socket.send(burst, on: path) }
  }

  // MARK: Time, and what connections want done

  /// Whether anybody had something to do.
  private func advancePeers(to now: Instant) -> Bool {
    var hasAdvanced = false
    for peer in peers.all {
      guard let deadline = peer.deadline, deadline <= now else { continue }
      hasAdvanced = true
      peer.connection.advance(to: now)
      settle(peer, at: now)
    }
    for stream in keyframes.removeDue(at: now) where peers.all.contains(where: { $0.isWaiting(for: stream) }) {
      askForKeyframe(of: stream, at: now)
    }
    return hasAdvanced
  }

  /// Does what a connection wants done, and notes when it wants the time.
  private func settle(_ peer: Peer, at now: Instant) {
    burst.removeAll()
    var path: NetworkPath?
    var isClosed: CloseReason?
    while let output = peer.connection.pollOutput() {
      switch output {
      case .transmit(let datagram):
        if let current = path, current != datagram.path || !burst.append(datagram.payload) {
          _ = socket.send(burst, on: current)
          burst.removeAll()
          path = nil
        }
        if path == nil {
          path = datagram.path
          _ = burst.append(datagram.payload)
        }
      case .event(.connected):
        board.note(peer.statistics)
        events(.connected(peer.id))
        if let awaited = peer.selection.awaited { askForKeyframe(of: awaited, at: now) }
      case .event(.keyframeRequested):
        repair(peer, at: now)
      case .event(.closed(let reason)):
        isClosed = reason
      }
    }
    if let path { _ = socket.send(burst, on: path) }
    peer.deadline = peer.connection.deadline
    if let isClosed {
      counters.formerDrops.add(peer.connection.statistics)
      peers.remove(peer)
      board.remove(peer.id)
      events(.closed(peer.id, isClosed))
    }
  }
}
