import DatagramIO
import RTP

/// Who watches, what they chose and what they see.
///
/// Pure: the appliance carries out what follows from it. The streams that have to be awake are derived from the
/// viewers, not counted beside them.
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

    package var wanted: StreamID { StreamID(preset: preset, codec: codec) }
  }

  package private(set) var viewers: [ConnectionID: Viewer] = [:]

  package init() {}

  package var count: Int { viewers.count }

  package subscript(id: ConnectionID) -> Viewer? { viewers[id] }

  /// Every stream that somebody sees or waits for.
  package var streams: Set<StreamID> {
    viewers.values.reduce(into: []) { streams, viewer in
      streams.insert(viewer.wanted)
      if let showing = viewer.showing { streams.insert(showing) }
    }
  }

  package mutating func add(_ viewer: Viewer, as id: ConnectionID) { viewers[id] = viewer }

  @discardableResult
  package mutating func remove(_ id: ConnectionID) -> Viewer? { viewers.removeValue(forKey: id) }

  /// The viewer wants a preset of its own; returns the stream to select, nil when there is no such viewer.
  package mutating func choose(_ preset: UInt8, for id: ConnectionID, reply: UInt64?) -> StreamID? {
    change(id) { viewer in
      viewer.isFollowing = false
      viewer.preset = preset
      viewer.pendingReply = reply
    }
  }

  /// The viewer wants to see what the programme shows.
  package mutating func follow(_ programme: UInt8, for id: ConnectionID, reply: UInt64?) -> StreamID? {
    change(id) { viewer in
      viewer.isFollowing = true
      viewer.preset = programme
      viewer.pendingReply = reply
    }
  }

  /// The programme shows another preset: those who follow it want that one. Returns what to select for whom.
  ///
  /// - Parameter reply: the follower who wanted it, and the message that is answered when its stream has switched.
  package mutating func programmeChanged(
    to preset: UInt8, reply: (id: ConnectionID, message: UInt64)? = nil
  ) -> [(ConnectionID, StreamID)] {
    viewers.compactMap { id, viewer in
      guard viewer.isFollowing, viewer.preset != preset else { return nil }
      viewers[id]?.preset = preset
      viewers[id]?.pendingReply = reply?.id == id ? reply?.message : nil
      return (id, StreamID(preset: preset, codec: viewer.codec))
    }
  }

  /// A preset is gone: those who chose it follow the programme again.
  package mutating func presetRemoved(_ preset: UInt8, programme: UInt8) -> [(ConnectionID, StreamID)] {
    viewers.compactMap { id, viewer in
      guard viewer.preset == preset else { return nil }
      viewers[id]?.isFollowing = true
      viewers[id]?.preset = programme
      viewers[id]?.pendingReply = nil
      return (id, StreamID(preset: programme, codec: viewer.codec))
    }
  }

  /// The first frame of `stream` is on its way to the viewer. Returns the viewer as it was before.
  package mutating func switched(_ id: ConnectionID, to stream: StreamID) -> Viewer? {
    guard let viewer = viewers[id] else { return nil }
    viewers[id]?.showing = stream
    if stream == viewer.wanted { viewers[id]?.pendingReply = nil }
    return viewer
  }

  private mutating func change(_ id: ConnectionID, _ body: (inout Viewer) -> Void) -> StreamID? {
    guard var viewer = viewers[id] else { return nil }
    body(&viewer)
    viewers[id] = viewer
    return viewer.wanted
  }
}
