import CupolaConfiguration
import DatagramIO
import Media
import Playout
import RTP
import SDP
import SansIO
import Signalling
import WebRTC

/// Why somebody cannot watch.
enum JoinError: Error {
  case viewerLimit(Int)
  case unknownPreset
  case offerTooLong
  case offer(PeerError)
  case unavailable

  var signalling: SignallingError.Code {
    switch self {
    case .viewerLimit: .viewerLimit
    case .unknownPreset: .unknownPreset
    case .offerTooLong: .badOffer
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
    case .unknownPreset: "There is no such preset."
    case .offerTooLong: "An offer is at most \(SessionDescription.maximumSize) bytes long."
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

extension Appliance {
  /// Answers an offer; the viewer is registered and its stream awake when this returns.
  ///
  /// - Parameter control: the WebSocket that the viewer speaks on; nil for a WHEP player.
  func join(
    offer: String, choice: Choice, control: UInt64?
  ) async throws(JoinError) -> (id: ConnectionID, answer: String, codec: VideoCodec) {
    guard registry.count + pendingViewers < configuration.server.viewers else {
      throw .viewerLimit(configuration.server.viewers)
    }
    if case .preset(let number) = choice, catalogue[number] == nil { throw .unknownPreset }
    guard offer.utf8.count <= SessionDescription.maximumSize else { throw .offerTooLong }
    let id = makeConnectionID()
    let preset = number(of: choice)
    // The codec is agreed on while the offer is answered, on a queue of the driver's.
    let agreed = LockedBox<VideoCodec?>(nil)
    pendingViewers += 1
    defer { pendingViewers -= 1 }
    let answer: String
    do {
      answer = try await driver.accept(offer: offer, id: id) { name in
        let codec = VideoCodec(name)
        agreed.set(codec)
        return StreamID(preset: preset, codec: codec)
      }
    } catch {
      switch error {
      case .tooManyConnections(let limit): throw .viewerLimit(limit)
      case .peer(let error): throw .offer(error)
      case .duplicateID, .unavailable: throw .unavailable
      }
    }
    guard let codec = agreed.value else { throw .unavailable }
    let isFollowing = if case .programme = choice { true } else { false }
    registry.add(
      .init(control: control, codec: codec.number, isFollowing: isFollowing, preset: preset), as: id)
    // The programme may have gone elsewhere in the meantime, and the preset may be gone.
    if isFollowing {
      show(registry.programmeChanged(to: programme))
    } else if catalogue[preset] == nil {
      show(registry.presetRemoved(preset, programme: programme))
    }
    awakenStreams()
    refreshState()
    return (id, answer, codec)
  }

  /// Ends a viewer's connection, whoever wanted it to end.
  func leave(_ id: ConnectionID) {
    driver.close(id)
    viewerLeft(id)
  }

  /// The viewer's own stream shows another preset from its next key frame on.
  func choose(_ preset: UInt8, for id: ConnectionID, reply: UInt64?) {
    if let stream = registry.choose(preset, for: id, reply: reply) { select(stream, for: id) }
  }

  func follow(_ id: ConnectionID, reply: UInt64?) {
    if let stream = registry.follow(programme, for: id, reply: reply) { select(stream, for: id) }
  }

  /// What the programme shows changes, and with it what its followers see.
  ///
  /// - Parameter reply: the viewer who wanted it, and the message to answer when its own stream has switched.
  func setProgramme(_ preset: UInt8, reply: (ConnectionID, UInt64)? = nil) {
    programme = preset
    show(registry.programmeChanged(to: preset, reply: reply))
    awakenStreams()
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
    show(registry.presetRemoved(number, programme: programme) + registry.programmeChanged(to: programme))
    for id in controls.keys where controls[id]?.choice == number { controls[id]?.choice = nil }
    awakenStreams()
    channels.setPresets(catalogue.ordered)
    refreshState()
    return true
  }

  func networkChanged(_ event: EngineEvent) {
    switch event {
    case .connected(let id):
      log.info("A viewer has connected", metadata: ["viewer": "\(id)"])
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

  /// The viewer sees the stream from now on, and is told when it is what was asked for.
  private func shows(_ id: ConnectionID, _ stream: StreamID, rtpTimestamp: UInt32?) {
    guard let before = registry.switched(id, to: stream) else { return }
    awakenStreams()
    guard let control = before.control, before.wanted == stream else { return }
    let change = ServerMessage.PresetChange(
      preset: stream.preset, scope: before.isFollowing ? .programme : .me, rtpTimestamp: rtpTimestamp,
      following: before.isFollowing)
    send(.presetChanged(id: before.pendingReply, change), to: control)
  }

  private func number(of choice: Choice) -> UInt8 {
    switch choice {
    case .programme: programme
    case .preset(let number): number
    }
  }

  private func select(_ stream: StreamID, for id: ConnectionID) {
    awakenStreams()
    driver.select(stream, for: id)
    // Nothing will switch: say so at once.
    if registry[id]?.showing == stream { shows(id, stream, rtpTimestamp: nil) }
  }

  private func show(_ streams: [(ConnectionID, StreamID)]) {
    for (id, stream) in streams { driver.select(stream, for: id) }
  }

  /// Those that somebody watches and, until a first picture has been encoded, the programme's own.
  func awakenStreams() {
    var streams = registry.streams
    if provenAfter == nil, let codec = configuration.video.codecs.first {
      streams.insert(StreamID(preset: programme, codec: VideoCodec(codec)))
    }
    channels.setAwake(streams)
  }

  private func viewerLeft(_ id: ConnectionID) {
    guard registry.remove(id) != nil else { return }
    whepSessions = whepSessions.filter { $0.value != id }
    awakenStreams()
    refreshState()
  }
}
