import Delivery
import Fairness
import Programme
import RTP

/// Who watches, and what they see.
///
/// Pure: the appliance carries out what follows from it. What a viewer wishes to see the programme knows; the streams that
/// have to be awake are derived from that, not counted beside it. A viewer that has not proved where it is takes a place
/// and nothing else.
package struct ViewerRegistry: Sendable {
  package struct Viewer: Sendable {
    /// Whose choice in the programme this viewer sees.
    package let client: ClientID
    /// The codec half of the viewer's stream identifiers.
    package let codec: UInt8
    /// The stream that is on its screen; nil before the first frame.
    package fileprivate(set) var showing: StreamID?
    /// The message to answer when what was asked for is seen.
    package fileprivate(set) var pendingReply: UInt64?
    /// What it is to see: what it wishes for, or what is shown instead; nil before it has connected.
    package fileprivate(set) var selected: StreamID?
    package fileprivate(set) var isConnected = false
    /// What it wished for when that was last looked at, and its turn among all wishes.
    fileprivate var wish: UInt8
    fileprivate var wishedAt: UInt64 = 0
    fileprivate var isTold = false

    package init(_ client: ClientID, codec: UInt8, wish: UInt8) {
      self.client = client
      self.codec = codec
      self.wish = wish
    }

    package var wanted: StreamID { StreamID(preset: wish, codec: codec) }
  }

  /// What follows from who watches what.
  package struct Settlement: Sendable {
    package var awake: Set<StreamID> = []
    /// Who is to be turned to which stream.
    package var selections: [(id: ConnectionID, stream: StreamID)] = []
    /// Who sees already what it is to see, and has not been told so.
    package var settled: [(id: ConnectionID, viewer: Viewer)] = []
    /// For whom nothing can be encoded.
    package var withoutStream: [ConnectionID] = []
  }

  package private(set) var viewers: [ConnectionID: Viewer] = [:]
  private var connections: [ClientID: ConnectionID] = [:]
  package var encoders: EncoderPlaces
  /// How many viewers and offers had to give their places to others.
  package private(set) var replaced: UInt64 = 0
  private var places: FairShares<ConnectionID>
  private var turn: UInt64 = 0
  private var lastID: UInt64 = 0

  /// - Parameters:
  ///   - places: how many viewers there may be.
  ///   - reserved: how many privileged ones besides.
  ///   - encoders: how many streams may be awake.
  package init(places: Int = .max, reserved: Int = 0, encoders: Int = .max) {
    self.places = FairShares(places: places, reserved: reserved)
    self.encoders = EncoderPlaces(limit: encoders)
  }

  /// How many are connected.
  package var count: Int { viewers.values.count { $0.isConnected } }

  package subscript(id: ConnectionID) -> Viewer? { viewers[id] }

  /// The media connection of a client.
  package subscript(client: ClientID) -> ConnectionID? { connections[client] }

  /// A name that no connection has had.
  package mutating func makeID() -> ConnectionID {
    lastID += 1
    return ConnectionID(lastID)
  }

  // MARK: Places

  /// Asks for a place for a viewer that is about to be added. Whom it replaces is to be ended.
  package mutating func admit(
    _ id: ConnectionID, from source: Source, isPrivileged: Bool = false
  ) -> FairShares<ConnectionID>.Verdict {
    let verdict = places.admit(id, from: source, isPrivileged: isPrivileged)
    if case .replaces = verdict { replaced += 1 }
    return verdict
  }

  /// Whether there would be a place, if need be that of another one; changes nothing.
  package func canAdmit(from source: Source, isPrivileged: Bool = false) -> Bool {
    var places = places
    return places.admit(ConnectionID(.max), from: source, isPrivileged: isPrivileged) != .refused
  }

  package mutating func add(_ viewer: Viewer, as id: ConnectionID) {
    var viewer = viewer
    viewer.wishedAt = nextTurn()
    viewers[id] = viewer
    connections[viewer.client] = id
  }

  /// The viewer proved to be where it says, and counts from now on.
  package mutating func connected(_ id: ConnectionID) {
    viewers[id]?.isConnected = true
    places.establish(id)
  }

  /// Somebody is there: of equals, who did something last keeps its place.
  package mutating func touch(_ id: ConnectionID) { places.touch(id) }

  @discardableResult
  package mutating func remove(_ id: ConnectionID) -> Viewer? {
    places.remove(id)
    guard let viewer = viewers.removeValue(forKey: id) else { return nil }
    if connections[viewer.client] == id { connections[viewer.client] = nil }
    return viewer
  }

  // MARK: Wishes

  /// The client has asked for something: it is told when it sees that, or at once if it does already.
  ///
  /// - Parameter reply: the message that is answered then.
  package mutating func asked(_ client: ClientID, reply: UInt64?) {
    guard let id = connections[client] else { return }
    viewers[id]?.pendingReply = reply
    viewers[id]?.isTold = false
    places.touch(id)
  }

  /// Brings the wishes up to date: a new one is the last in turn.
  private mutating func note(_ wishes: Programme) {
    for (id, viewer) in viewers {
      let wish = wishes.preset(of: viewer.client)
      guard wish != viewer.wish else { continue }
      let turn = nextTurn()
      viewers[id]?.wish = wish
      viewers[id]?.wishedAt = turn
      viewers[id]?.isTold = false
      places.touch(id)
    }
  }

  private mutating func nextTurn() -> UInt64 {
    turn += 1
    return turn
  }

  // MARK: Streams

  /// Gives the encoders out, and says what is to be done.
  ///
  /// - Parameters:
  ///   - proof: a stream of the programme that is wanted although nobody watches it.
  ///   - angle: between the directions of two presets, in degrees.
  package mutating func settle(
    _ programme: Programme, proof: StreamID? = nil, angle: (UInt8, UInt8) -> Double
  ) -> Settlement {
    note(programme)
    let watching = viewers.filter { $0.value.isConnected }.sorted { $0.value.wishedAt < $1.value.wishedAt }
    encoders.grant((proof.map { [$0] } ?? []) + watching.map(\.value.wanted), programme: programme.preset)
    var settlement = Settlement(awake: encoders.awake(leaving: Set(watching.compactMap(\.value.showing))))
    for (id, viewer) in watching {
      guard let stream = encoders.stream(for: viewer.wanted, angle: angle) else {
        settlement.withoutStream.append(id)
        continue
      }
      if viewer.selected != stream {
        viewers[id]?.selected = stream
        viewers[id]?.isTold = false
        settlement.selections.append((id, stream))
      }
      guard viewer.showing == stream, viewers[id]?.isTold == false else { continue }
      settlement.settled += tell(id).map { [(id, $0)] } ?? []
    }
    return settlement
  }

  /// What a viewer who wishes for `wish` would be shown if it were connected; nil: nothing.
  package func prospect(_ wish: StreamID, programme: UInt8, angle: (UInt8, UInt8) -> Double) -> StreamID? {
    let watching = viewers.values.filter(\.isConnected).sorted { $0.wishedAt < $1.wishedAt }
    var encoders = encoders
    encoders.grant(watching.map(\.wanted) + [wish], programme: programme)
    return encoders.stream(for: wish, angle: angle)
  }

  /// The first frame of `stream` is on its way to the viewer. Returns the viewer, as it was before, when that is what it
  /// is to see.
  package mutating func switched(_ id: ConnectionID, to stream: StreamID) -> Viewer? {
    guard viewers[id] != nil else { return nil }
    viewers[id]?.showing = stream
    return viewers[id]?.selected == stream ? tell(id) : nil
  }

  private mutating func tell(_ id: ConnectionID) -> Viewer? {
    let viewer = viewers[id]
    viewers[id]?.pendingReply = nil
    viewers[id]?.isTold = true
    return viewer
  }
}
