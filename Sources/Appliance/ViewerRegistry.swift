import Delivery
import Fairness
import RTP

/// Who watches, what they chose and what they see.
///
/// Pure: the appliance carries out what follows from it. The streams that have to be awake are derived from the
/// viewers, not counted beside them. A viewer that has not proved where it is takes a place and nothing else.
package struct ViewerRegistry: Sendable {
  package struct Viewer: Sendable {
    /// The WebSocket that this viewer speaks on; nil for a WHEP player.
    package var control: UInt64?
    /// The codec half of the viewer's stream identifiers.
    package var codec: UInt8
    /// Whether the programme's preset is this viewer's.
    package var isFollowing: Bool
    /// The preset that was asked for last.
    package var preset: UInt8
    /// The stream that is on its screen; nil before the first frame.
    package var showing: StreamID?
    /// The message to answer when the switch has happened.
    package var pendingReply: UInt64?
    /// What it is to see: what it asked for, or what is shown instead; nil before it has connected.
    package fileprivate(set) var selected: StreamID?
    /// Its turn among all wishes.
    fileprivate var wishedAt: UInt64 = 0
    fileprivate var isTold = false

    package init(
      control: UInt64?, codec: UInt8, isFollowing: Bool, preset: UInt8, showing: StreamID? = nil,
      pendingReply: UInt64? = nil
    ) {
      self.control = control
      self.codec = codec
      self.isFollowing = isFollowing
      self.preset = preset
      self.showing = showing
      self.pendingReply = pendingReply
    }

    package fileprivate(set) var isConnected = false

    package var wanted: StreamID { StreamID(preset: preset, codec: codec) }
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
  package var encoders: EncoderPlaces
  /// How many viewers and offers had to give their places to others.
  package private(set) var replaced: UInt64 = 0
  private var places: FairShares<ConnectionID>
  private var turn: UInt64 = 0

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
    return viewers.removeValue(forKey: id)
  }

  // MARK: Wishes

  /// The viewer wants a preset of its own.
  package mutating func choose(_ preset: UInt8, for id: ConnectionID, reply: UInt64?) {
    wish(id, preset, isFollowing: false, reply: reply)
  }

  /// The viewer wants to see what the programme shows.
  package mutating func follow(_ programme: UInt8, for id: ConnectionID, reply: UInt64?) {
    wish(id, programme, isFollowing: true, reply: reply)
  }

  /// The programme shows another preset: those who follow it want that one.
  ///
  /// - Parameter reply: the follower who wanted it, and the message that is answered when its stream has switched.
  package mutating func programmeChanged(
    to preset: UInt8, reply: (id: ConnectionID, message: UInt64)? = nil
  ) {
    for (id, viewer) in viewers where viewer.isFollowing && viewer.preset != preset {
      wish(id, preset, isFollowing: true, reply: reply?.id == id ? reply?.message : nil)
    }
  }

  /// A preset is gone: those who chose it follow the programme again.
  package mutating func presetRemoved(_ preset: UInt8, programme: UInt8) {
    for (id, viewer) in viewers where viewer.preset == preset {
      wish(id, programme, isFollowing: true, reply: nil)
    }
  }

  private mutating func wish(_ id: ConnectionID, _ preset: UInt8, isFollowing: Bool, reply: UInt64?) {
    guard var viewer = viewers[id] else { return }
    if viewer.preset != preset { viewer.wishedAt = nextTurn() }
    viewer.isFollowing = isFollowing
    viewer.preset = preset
    viewer.pendingReply = reply
    viewer.isTold = false
    viewers[id] = viewer
    places.touch(id)
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
    programme: UInt8, proof: StreamID? = nil, angle: (UInt8, UInt8) -> Double
  ) -> Settlement {
    let watching = viewers.filter { $0.value.isConnected }.sorted { $0.value.wishedAt < $1.value.wishedAt }
    encoders.grant((proof.map { [$0] } ?? []) + watching.map(\.value.wanted), programme: programme)
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
