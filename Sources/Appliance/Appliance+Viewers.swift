import CupolaConfiguration
import Delivery
import Fairness
import Media
import Playout
import RTP
import SDP
import SansIO
import Signalling
import SphericalVideo
import WebRTC

extension Appliance {
  /// Answers an offer; the viewer has a place when this returns, and nothing is encoded for it before it has connected.
  func join(offer: String, choice: Choice, by visitor: Visitor) async throws(JoinError) -> Joined {
    if case .preset(let number) = choice, catalogue[number] == nil { throw .unknownPreset }
    guard offer.utf8.count <= SessionDescription.maximumSize else { throw .offerTooLong }
    let id = makeConnectionID()
    guard registry.canAdmit(from: visitor.source, isPrivileged: visitor.isPrivileged) else {
      throw .viewerLimit(configuration.server.viewers)
    }
    let preset = number(of: choice)
    // The codec is agreed on while the offer is answered, on a queue of the driver's.
    let agreed = LockedBox<VideoCodec?>(nil)
    let answer: String
    do {
      answer = try await driver.accept(offer: offer, id: id) { codec in
        agreed.set(codec)
        return StreamID(preset: preset, codec: codec)
      }
    } catch {
      switch error {
      case .tooManyConnections: throw .viewerLimit(configuration.server.viewers)
      case .peer(let error): throw .offer(error)
      case .duplicateID, .unavailable: throw .unavailable
      }
    }
    guard let codec = agreed.value else { throw .unavailable }
    // The programme may have gone elsewhere in the meantime, and the preset may be gone.
    var isFollowing = if case .programme = choice { true } else { false }
    if catalogue[preset] == nil { isFollowing = true }
    let wanted = StreamID(preset: isFollowing ? programme : preset, codec: codec)
    do throws(JoinError) {
      guard let stream = registry.prospect(wanted, programme: programme, angle: catalogue.angle) else {
        throw .encoderLimit
      }
      // Nobody has to go for an offer that cannot be answered.
      try admit(id, visitor)
      registry.add(
        .init(control: visitor.control, codec: wanted.codec, isFollowing: isFollowing, preset: wanted.preset), as: id)
      return Joined(id: id, answer: answer, codec: codec, preset: stream.preset, wanted: wanted.preset)
    } catch {
      driver.close(id)
      throw error
    }
  }

  /// Finds a place, if need be that of somebody who has more of them or did not come.
  private func admit(_ id: ConnectionID, _ visitor: Visitor) throws(JoinError) {
    switch registry.admit(id, from: visitor.source, isPrivileged: visitor.isPrivileged) {
    case .admitted: break
    case .refused: throw .viewerLimit(configuration.server.viewers)
    case .replaces(let other):
      if registry[other]?.isConnected == true {
        log.info("A viewer gives way to a machine that has fewer", metadata: ["viewer": "\(other)"])
      }
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

  func networkChanged(_ event: DeliveryEvent) {
    switch event {
    case .connected(let id):
      viewerConnected(id)
    case .switched(let id, let stream, let timestamp):
      shows(id, stream, rtpTimestamp: timestamp)
    case .closed(let id, let reason):
      // Offers that nobody followed up are as many as somebody likes.
      if registry[id]?.isConnected == true {
        log.info("A viewer has gone", metadata: ["viewer": "\(id)", "reason": "\(reason)"])
      }
      if let control = registry[id]?.control, controls[control]?.connection == id {
        controls[control]?.connection = nil
        send(.bye(reason: .mediaLost, retryAfter: nil), to: control)
      }
      viewerLeft(id)
    case .needsKeyframe:
      break
    }
  }

  private func number(of choice: Choice) -> UInt8 {
    switch choice {
    case .programme: programme
    case .preset(let number): number
    }
  }

  private func viewerLeft(_ id: ConnectionID) {
    guard registry.remove(id) != nil else { return }
    whepSessions = whepSessions.filter { $0.value != id }
    settleStreams()
    refreshState()
  }
}
