import DatagramIO
import Heartbeats
import Media
import RTP
import SansIO
import WebRTC

/// Runs every `PeerConnection` on one thread over one UDP port, and brings it the frames to send.
///
/// Its methods may be called from any thread and return at once, but for those that are `async` and `stop()`. The
/// thread sleeps in epoll until there are datagrams, frames or commands, or the earliest deadline of a connection.
public final class DeliveryDriver: Sendable {
  /// Where the media port is: with the real port number when 0 was asked for.
  public let localAddress: TransportAddress
  /// Beats each time the thread has done what there was to do.
  public let heartbeat = Heartbeat("media socket")

  private let inbox: Inbox
  private let desk: OfferDesk
  private let board = StatisticsBoard()
  private let thread: NetworkThread

  /// Opens the port and starts the thread.
  ///
  /// - Parameter events: called on the thread, in order; must return soon and must not call `stop()`.
  public init(
    configuration: DeliveryConfiguration, events: @escaping @Sendable (DeliveryEvent) -> Void
  ) throws(UDPSocketError) {
    let socket = try UDPSocket(bind: configuration.bind, sending: configuration.sending)
    let address = socket.localAddress
    let inbox = try Inbox(address: address, heartbeat: heartbeat)
    let loop = try DeliveryLoop(
      maximumConnections: configuration.maximumConnections, socket: socket, inbox: inbox, board: board,
      heartbeat: heartbeat, events: events)
    self.inbox = inbox
    desk = OfferDesk(configuration: configuration, bound: address)
    localAddress = address
    thread = try NetworkThread(name: "cupola-media", for: address) { loop.run() }
  }

  deinit { stop() }

  /// Answers a viewer's offer. The connection exists from here on, and is closed if the viewer does not connect.
  ///
  /// The offer is read and answered away from the thread, which is handed the finished connection. When too many offers
  /// wait, the answer is `DeliveryError.unavailable` at once.
  ///
  /// - Parameters:
  ///   - id: names the connection in events and calls; must be new.
  ///   - stream: says which stream the viewer is to begin with, for the codec that was agreed on. Called while the offer
  ///     is answered, on a queue of its own.
  /// - Returns: the answer as SDP.
  public func accept(
    offer: String, id: ConnectionID, stream: @escaping @Sendable (VideoCodec) -> StreamID
  ) async throws(DeliveryError) -> String {
    let (peer, answer) = try await desk.answer(offer, id: id, stream: stream).get()
    let refusal: DeliveryError? = await withCheckedContinuation { continuation in
      let isTaken = inbox.add(Arrival(peer: peer, continuation: continuation))
      if !isTaken { continuation.resume(returning: .unavailable) }
    }
    if let refusal { throw refusal }
    return answer
  }

  /// Hands over a frame for all viewers of its stream. Never waits: when the thread is behind by too much, the stream
  /// is dropped up to its next key frame, counted in `DeliveryStatistics.framesDropped`.
  public func publish(_ frame: PacketizedFrame) { inbox.publish(frame) }

  /// Turns a viewer to another stream, of the same codec, at that stream's next key frame. Never refused; of several
  /// that the thread has not come to, the last counts.
  public func select(_ stream: StreamID, for id: ConnectionID) { inbox.select(stream, for: id) }

  /// Says goodbye to a viewer; `.closed(id, .local)` follows, if there is such a viewer.
  public func close(_ id: ConnectionID) { inbox.close(id) }

  /// What the thread last said that it had done, a few times a second; nil once stopped. It is not asked.
  public func statistics() -> DeliveryStatistics? { board.read() }

  /// The same when the thread has been by, for tests.
  package func statisticsOfThisMoment() async -> DeliveryStatistics? {
    await withCheckedContinuation { inbox.look($0) }
    return board.read()
  }

  /// Says goodbye to all viewers, and returns when the thread has ended and the port is free: in a few milliseconds.
  public func stop() {
    inbox.stop()
    thread.join()
  }
}
