import Heartbeats
import ICE
import RTP
import SansIO
import WebRTC

/// What a driver's thread does: it owns the socket and every connection, and nobody else touches them.
final class EngineLoop {
  let configuration: EngineConfiguration
  let events: @Sendable (EngineEvent) -> Void
  var peers = PeerTable()
  private var socket: UDPSocket
  private let poller: Poller
  private let inbox: Inbox
  private let heartbeat: Heartbeat
  private var burst = DatagramBurst()
  private var batch = DatagramBatch()
  private var frames: [PacketizedFrame] = []
  private var keyframes = KeyframeRequests()
  private var framesDropped: UInt64 = 0
  private var framesTaken: UInt64 = 0
  private var mailboxDepth = 0
  private var busyTime: Int64 = 0
  private var strayDatagrams: UInt64 = 0
  private var formerDrops = DropTally()
  /// Whose turn it is to get a frame first.
  private var firstServed = 0

  /// Batches of datagrams taken before frames get their turn again.
  private static let maximumBatches = 4

  init(
    configuration: EngineConfiguration, socket: consuming UDPSocket, inbox: Inbox, heartbeat: Heartbeat,
    events: @escaping @Sendable (EngineEvent) -> Void
  ) throws(UDPSocketError) {
    poller = try Poller(
      socket: socket.descriptor, inbox: inbox.descriptor, address: socket.localAddress)
    self.configuration = configuration
    self.socket = socket
    self.inbox = inbox
    self.heartbeat = heartbeat
    self.events = events
  }

  var localAddress: TransportAddress { socket.localAddress }

  /// Runs until the inbox says stop.
  func run() {
    // Takes tens of milliseconds once: better now than when the first viewer waits.
    PeerConnection.prepare()
    var now = Poller.now()
    var isStopped = false
    while !isStopped {
      let deadline = earliestDeadline()
      if let deadline { heartbeat.expect(by: deadline.nanoseconds) } else { heartbeat.rest(.nothingToSend) }
      let ready = poller.wait(until: deadline, now: now)
      now = Poller.now()
      heartbeat.expectUnlessExpected(by: now.nanoseconds)
      if ready.inbox { isStopped = takeInbox(at: now) }
      if ready.socket { receiveDatagrams(at: now) }
      advancePeers(to: now)
      framesTaken &+= UInt64(frames.count)
      mailboxDepth = max(mailboxDepth, frames.count)
      frames.removeAll(keepingCapacity: true)
      let end = Poller.now()
      busyTime &+= end.nanoseconds &- now.nanoseconds
      heartbeat.beat(next: end.nanoseconds)
    }
    for peer in peers.all {
      peer.connection.close(at: now)
      settle(peer, at: now)
    }
    heartbeat.rest(.stopped)
  }

  private func earliestDeadline() -> Instant? {
    var earliest = keyframes.deadline
    for peer in peers.all {
      if let deadline = peer.deadline { earliest = min(earliest ?? deadline, deadline) }
    }
    return earliest
  }

  // MARK: Commands and frames

  private func takeInbox(at now: Instant) -> Bool {
    let taken = inbox.drain(into: &frames)
    framesDropped = taken.dropped
    for command in taken.commands { perform(command, at: now) }
    for (id, stream) in taken.selections { select(stream, for: id, at: now) }
    for id in taken.closings { close(id, at: now) }
    for frame in frames { distribute(frame, at: now) }
    for stream in taken.lost {
      for peer in peers.all where peer.selection.shown == stream { peer.selection.lost() }
      askForKeyframe(of: stream, at: now)
    }
    return taken.isStopped
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

  private func perform(_ command: EngineCommand, at now: Instant) {
    switch command {
    case .accept(let offer, let id, let stream, let continuation):
      continuation.resume(returning: accept(offer, id: id, stream: stream, at: now))
    case .statistics(let continuation):
      continuation.resume(
        returning: EngineStatistics(
          connections: peers.all.map(\.statistics), socket: socket.counters, framesDropped: framesDropped,
          framesTaken: framesTaken, mailboxDepth: mailboxDepth, busyTime: busyTime, strayDatagrams: strayDatagrams,
          drops: peers.all.reduce(into: formerDrops) { $0.add($1.connection.statistics) }.counts))
      mailboxDepth = 0
    }
  }

  /// Gives the frame to every viewer that is to have it.
  private func distribute(_ frame: PacketizedFrame, at now: Instant) {
    if frame.isKeyFrame { keyframes.fulfil(frame.stream) }
    // Where the socket's buffer is too small for all, it is not always the same viewers who go without.
    firstServed &+= 1
    for index in peers.all.indices {
      let peer = peers.all[(index + firstServed) % peers.all.count]
      guard peer.connection.isConnected else { continue }
      let decision = peer.selection.receive(frame.stream, isKeyFrame: frame.isKeyFrame)
      guard decision != .skip else { continue }
      let sent = send(frame, to: peer, at: now)
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
  private func send(_ frame: PacketizedFrame, to peer: Peer, at now: Instant) -> SentFrame? {
    burst.removeAll()
    guard let sent = peer.connection.send(frame, burst: &burst, at: now), let remote = peer.connection.remoteAddress,
      let local = peer.connection.localAddress
    else { return nil }
    return socket.send(burst, from: local, to: remote) == .sent ? sent : nil
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
    let from = batch.source(at: index)
    guard !batch.isTruncated(at: index), let peer = recipient(of: batch.payload(at: index), from: from) else {
      strayDatagrams &+= 1
      return
    }
    peer.connection.receive(batch.payload(at: index), from: from, to: batch.destination(at: index), at: now)
    if peer.connection.isVerified(from) { peers.assign(from, to: peer, at: now) }
    settle(peer, at: now)
  }

  /// A binding request is for whom it names, anything else for whom proved to be at its address.
  private func recipient(of payload: borrowing RawSpan, from: TransportAddress) -> Peer? {
    if PacketKind(payload) == .stun, let ufrag = STUNMessage.username(of: copy payload) { return peers[ufrag: ufrag] }
    return peers[from]
  }

  // MARK: Engines

  private func advancePeers(to now: Instant) {
    for peer in peers.all {
      guard let deadline = peer.deadline, deadline <= now else { continue }
      peer.connection.advance(to: now)
      settle(peer, at: now)
    }
    for stream in keyframes.removeDue(at: now) where peers.all.contains(where: { $0.isWaiting(for: stream) }) {
      askForKeyframe(of: stream, at: now)
    }
  }

  /// Does what a connection wants done, and notes when it wants the time.
  func settle(_ peer: Peer, at now: Instant) {
    burst.removeAll()
    var route: (from: TransportAddress, to: TransportAddress)?
    var isClosed: CloseReason?
    while let output = peer.connection.pollOutput() {
      switch output {
      case .transmit(let datagram):
        if let current = route, current != (datagram.from, datagram.to) || !burst.append(datagram.payload) {
          _ = socket.send(burst, from: current.from, to: current.to)
          burst.removeAll()
          route = nil
        }
        if route == nil {
          route = (datagram.from, datagram.to)
          _ = burst.append(datagram.payload)
        }
      case .event(.connected):
        events(.connected(peer.id))
        if let awaited = peer.selection.awaited { askForKeyframe(of: awaited, at: now) }
      case .event(.keyframeRequested):
        repair(peer, at: now)
      case .event(.closed(let reason)):
        isClosed = reason
      }
    }
    if let route { _ = socket.send(burst, from: route.from, to: route.to) }
    peer.deadline = peer.connection.deadline
    if let isClosed {
      formerDrops.add(peer.connection.statistics)
      peers.remove(peer)
      events(.closed(peer.id, isClosed))
    }
  }
}
