import CupolaConfiguration
import DatagramIO
import Fairness
import Foundation
import Media
import Playout
import RTP
import SansIO
import Signalling
import SphericalVideo
import WebRTC

/// Why somebody cannot watch.
enum JoinError: Error {
  case viewerLimit(Int)
  case encoderLimit
  case unknownPreset
  case offer(PeerError)
  case unavailable

  var signalling: SignallingError.Code {
    switch self {
    case .viewerLimit: .viewerLimit
    case .encoderLimit: .encoderLimit
    case .unknownPreset: .unknownPreset
    case .offer: hasNoCommonCodec ? .noCommonCodec : .badOffer
    case .unavailable: .internal
    }
  }

  var hasNoCommonCodec: Bool {
    if case .offer(.offer(let error)) = self { error.code == .noCommonCodec } else { false }
  }

  /// A sentence for people.
  var message: String {
    switch self {
    case .viewerLimit(let limit): "As many viewers as this Cupola allows (\(limit)) are watching."
    case .encoderLimit: "This Cupola encodes as many views as it can, and none of them in a codec of this browser."
    case .unknownPreset: "There is no such preset."
    case .offer(let error):
      hasNoCommonCodec ? "This browser offers neither H.264 nor VP8." : "The offer cannot be answered: \(error)."
    case .unavailable: "The server cannot take viewers now."
    }
  }
}

/// What a viewer asks to see.
enum Choice {
  case programme
  case preset(UInt8)
}

/// Who asks to watch.
struct Visitor {
  /// The WebSocket that the visitor speaks on; nil for a WHEP player.
  var control: UInt64?
  var source: Source
  var isOperator = false

  /// This machine's own screens and the operators have places of their own.
  var isPrivileged: Bool { isOperator || source == .loopback }
}

/// An answer to an offer.
struct Joined {
  var id: ConnectionID
  var answer: String
  var codec: VideoCodec
  /// What the viewer will see as far as can be said before it has connected.
  var preset: UInt8
  /// What it asked for.
  var wanted: UInt8
}

extension Appliance {
  /// Answers an offer; the viewer has a place when this returns, and nothing is encoded for it before it has connected.
  func join(offer: String, choice: Choice, by visitor: Visitor) async throws(JoinError) -> Joined {
    if case .preset(let number) = choice, catalogue[number] == nil { throw .unknownPreset }
    let id = makeConnectionID()
    try admit(id, visitor)
    let preset = number(of: choice)
    // The codec is agreed on while the offer is answered, on the socket's thread.
    let agreed = LockedBox<VideoCodec?>(nil)
    let answer: String
    do {
      answer = try await driver.accept(offer: offer, id: id) { name in
        let codec = VideoCodec(name)
        agreed.set(codec)
        return StreamID(preset: preset, codec: codec)
      }
    } catch {
      registry.remove(id)
      switch error {
      case .tooManyConnections: throw .viewerLimit(configuration.server.viewers)
      case .peer(let error): throw .offer(error)
      case .duplicateID, .unavailable: throw .unavailable
      }
    }
    guard let codec = agreed.value else { throw .unavailable }
    guard registry.hasPlace(id) else {
      driver.close(id)
      throw .viewerLimit(configuration.server.viewers)
    }
    let isFollowing = if case .programme = choice { true } else { false }
    registry.add(
      .init(control: visitor.control, codec: codec.number, isFollowing: isFollowing, preset: preset), as: id)
    // The programme may have gone elsewhere in the meantime, and the preset may be gone.
    registry.programmeChanged(to: programme)
    if catalogue[preset] == nil { registry.presetRemoved(preset, programme: programme) }
    let wanted = registry[id]?.wanted ?? StreamID(preset: preset, codec: codec)
    guard let stream = registry.prospect(wanted, programme: programme, angle: catalogue.angle) else {
      leave(id)
      throw .encoderLimit
    }
    return Joined(id: id, answer: answer, codec: codec, preset: stream.preset, wanted: wanted.preset)
  }

  /// Finds a place, if need be that of somebody who has more of them or did not come.
  private func admit(_ id: ConnectionID, _ visitor: Visitor) throws(JoinError) {
    switch registry.admit(id, from: visitor.source, isPrivileged: visitor.isPrivileged) {
    case .admitted: break
    case .refused: throw .viewerLimit(configuration.server.viewers)
    case .replaces(let other):
      if let control = registry[other]?.control, controls[control]?.connection == other {
        controls[control]?.connection = nil
        send(.bye(reason: .crowdedOut, retryAfter: 5), to: control)
      }
      leave(other)
    }
  }

  /// The viewer has proved where it is: from now on it is worked for.
  private func viewerConnected(_ id: ConnectionID) {
    guard registry[id] != nil else { return }
    log.info("A viewer has connected", metadata: ["viewer": "\(id)"])
    registry.connected(id)
    settleStreams()
    refreshState()
  }

  /// Ends a viewer's connection, whoever wanted it to end.
  func leave(_ id: ConnectionID) {
    driver.close(id)
    viewerLeft(id)
  }

  /// The viewer's own stream shows another preset from its next key frame on.
  func choose(_ preset: UInt8, for id: ConnectionID, reply: UInt64?) {
    registry.choose(preset, for: id, reply: reply)
    settleStreams()
  }

  func follow(_ id: ConnectionID, reply: UInt64?) {
    registry.follow(programme, for: id, reply: reply)
    settleStreams()
  }

  /// What the programme shows changes, and with it what its followers see.
  ///
  /// - Parameter reply: the viewer who wanted it, and the message to answer when its own stream has switched.
  func setProgramme(_ preset: UInt8, reply: (ConnectionID, UInt64)? = nil) {
    programme = preset
    registry.programmeChanged(to: preset, reply: reply)
    settleStreams()
    refreshState()
  }

  func setPreset(_ description: PresetDescription) {
    catalogue.set(description.preset)
    channels.setPresets(catalogue.ordered)
    refreshState()
  }

  /// False: there is no such preset, or it is the last.
  func removePreset(_ number: UInt8) -> Bool {
    guard catalogue.remove(number) else { return false }
    if programme == number { programme = catalogue.home }
    registry.presetRemoved(number, programme: programme)
    registry.programmeChanged(to: programme)
    for id in controls.keys where controls[id]?.choice == number { controls[id]?.choice = nil }
    settleStreams()
    channels.setPresets(catalogue.ordered)
    refreshState()
    return true
  }

  func networkChanged(_ event: EngineEvent) {
    switch event {
    case .connected(let id):
      viewerConnected(id)
    case .switched(let id, let stream, let timestamp):
      shows(id, stream, rtpTimestamp: timestamp)
    case .closed(let id, let reason):
      log.info("A viewer has gone", metadata: ["viewer": "\(id)", "reason": "\(reason)"])
      if let control = registry[id]?.control, controls[control]?.connection == id {
        controls[control]?.connection = nil
        send(.bye(reason: .mediaLost, retryAfter: nil), to: control)
      }
      viewerLeft(id)
    case .needsKeyframe:
      break
    }
  }

  /// The viewer sees the stream from now on, and is told when it is the one that it is to see.
  private func shows(_ id: ConnectionID, _ stream: StreamID, rtpTimestamp: UInt32) {
    let viewer = registry.switched(id, to: stream)
    settleStreams()
    if let viewer { tell(viewer, shows: stream.preset, rtpTimestamp: rtpTimestamp) }
  }

  func tell(_ viewer: ViewerRegistry.Viewer, shows preset: UInt8, rtpTimestamp: UInt32?) {
    guard let control = viewer.control else { return }
    let change = ServerMessage.PresetChange(
      preset: preset, scope: viewer.isFollowing ? .programme : .me, rtpTimestamp: rtpTimestamp,
      following: viewer.isFollowing, wanted: viewer.preset)
    send(.presetChanged(id: viewer.pendingReply, change), to: control)
  }

  private func number(of choice: Choice) -> UInt8 {
    switch choice {
    case .programme: programme
    case .preset(let number): number
    }
  }

  /// Has what is watched encoded, as far as there are encoders, and everybody turned to what they are to see.
  ///
  /// Until a first picture has been encoded, the programme counts as watched.
  func settleStreams() {
    let codec = provenAfter == nil ? configuration.video.codecs.first.map { VideoCodec($0) } : nil
    let settlement = registry.settle(
      programme: programme, proof: codec.map { StreamID(preset: programme, codec: $0) }, angle: catalogue.angle)
    channels.setAwake(settlement.awake)
    for (id, stream) in settlement.selections { driver.select(stream, for: id) }
    for (_, viewer) in settlement.settled {
      if let showing = viewer.showing { tell(viewer, shows: showing.preset, rtpTimestamp: nil) }
    }
    // `.closed` follows, and what follows from that.
    for id in settlement.withoutStream { driver.close(id) }
  }

  /// A graphics device that comes or goes makes for more or fewer encoders.
  func countEncoders() {
    let limit = configuration.encoders(deviceEncodes: hardware.encodes(configuration.channel.size))
    guard registry.encoders.limit != limit else { return }
    registry.encoders.limit = limit
    settleStreams()
  }

  private func viewerLeft(_ id: ConnectionID) {
    guard registry.remove(id) != nil else { return }
    whepSessions = whepSessions.filter { $0.value != id }
    settleStreams()
    refreshState()
  }
}

extension PresetCatalogue {
  /// Between the directions of two presets, in degrees.
  var angle: (UInt8, UInt8) -> Double {
    { first, second in
      guard let first = presets[first]?.orientation, let second = presets[second]?.orientation else { return 180 }
      let cosine =
        sin(first.pitch.radians) * sin(second.pitch.radians)
        + cos(first.pitch.radians) * cos(second.pitch.radians) * cos(first.yaw.radians - second.yaw.radians)
      return acos(min(max(cosine, -1), 1)) * 180 / .pi
    }
  }
}
