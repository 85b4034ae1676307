import CupolaConfiguration
import Delivery
import Fairness
import Media
import Playout
import Programme
import RTP
import SDP
import SansIO
import Signalling
import SphericalVideo
import WebRTC

extension Appliance {
  /// Answers an offer; the viewer has a place when this returns, and nothing is encoded for it before it has connected.
  ///
  /// What it is to see is what the programme says of its client.
  func join(offer: String, by visitor: Visitor) async throws(JoinError) -> Joined {
    guard offer.utf8.count <= SessionDescription.maximumSize else { throw .offerTooLong }
    let id = registry.makeID()
    guard registry.canAdmit(from: visitor.source, isPrivileged: visitor.isPrivileged) else {
      throw .viewerLimit(configuration.server.viewers)
    }
    let preset = programme.preset(of: visitor.client)
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
    let wanted = StreamID(preset: programme.preset(of: visitor.client), codec: codec)
    do throws(JoinError) {
      guard let stream = registry.prospect(wanted, programme: programme.preset, angle: programme.presets.angle) else {
        throw .encoderLimit
      }
      // Nobody has to go for an offer that cannot be answered.
      try admit(id, visitor)
      registry.add(.init(visitor.client, codec: wanted.codec, wish: wanted.preset), as: id)
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
      if let viewer = registry[other], registry[viewer.client] == other {
        send(.bye(reason: .crowdedOut, retryAfter: 5), to: viewer.client)
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
      if let viewer = registry[id], registry[viewer.client] == id {
        send(.bye(reason: .mediaLost, retryAfter: nil), to: viewer.client)
      }
      viewerLeft(id)
    case .needsKeyframe:
      break
    }
  }

  private func viewerLeft(_ id: ConnectionID) {
    guard let viewer = registry.remove(id) else { return }
    // A page may come again on its WebSocket; a WHEP session is over with its connection.
    if case .session = viewer.client { programme.forget(viewer.client) }
    settleStreams()
    refreshState()
  }
}
