import Clocks
import Foundation
import Media
import Playout
import Programme
import RTP
import Signalling
import SphericalVideo

/// What everyone is told: the state, its changes, clocks and health.
extension Appliance {
  /// Brings the state up to date and tells everyone what changed.
  ///
  /// - Parameter withPosition: whether the position in the item counts as a change; it always changes.
  func refreshState(withPosition: Bool = false) {
    let player = player.state
    var item = ItemStatus(player)
    var samePlace = item
    samePlace.position = told.state.item.position
    if !withPosition, samePlace == told.state.item { item = samePlace }
    let new = ApplianceState(
      presets: programme.presets.ordered, programme: programme.preset, item: item, viewers: registry.count,
      skipped: player.skipped.map { SkippedItem(name: $0.item.name, reason: $0.reason) }, notice: told.notice)
    guard let changes = new.changes(since: told.state) else { return publish() }
    told.state = new
    programme.advance()
    publish()
    broadcast(.patch(rev: programme.revision, changes))
  }

  func playerChanged(_ event: PlayerEvent) {
    switch event {
    case .started(let item, let index):
      log.info("Playing", metadata: ["item": "\(item.name)", "number": "\(index + 1)"])
      told.notice = nil
    case .skipped(let item, let reason):
      log.warning("Skipped", metadata: ["item": "\(item.location)", "reason": "\(reason)"])
    case .testCard(let reason):
      log.notice("Showing the test card", metadata: ["reason": "\(reason)"])
      told.notice =
        player.state.skipped.isEmpty
        ? "There is nothing to play yet: this is the test card."
        : "Nothing of the playlist can be played, so this is the test card. \(reason)"
    case .decoding(let status):
      log.info("Decoding", metadata: ["decoder": "\(status.name)", "reason": "\(status.reason ?? "")"])
    case .ended:
      log.info("The playlist is over")
      told.notice = "The playlist is over."
    case .paused, .resumed, .sought: break
    }
    refreshState(withPosition: true)
    remember()
    tellStatus()
    switch event {
    case .started, .testCard: broadcast(.itemChanged(told.state.item))
    case .skipped, .ended, .decoding, .paused, .resumed, .sought: break
    }
  }

  func hardwareChanged(_ event: HardwareAcceleration.Event) {
    switch event {
    case .proved(let report):
      for device in report.devices {
        let refused = device.rows.compactMap { row in row.refusal.map { "\(row.work): \($0)" } }
        log.notice(
          "The graphics device has been tried out",
          metadata: [
            "device": "\(device.path)", "driver": "\(device.driver)",
            "can": "\(device.rows.filter(\.isProved).map(\.work.description).joined(separator: ", "))",
            "refused": "\(refused.joined(separator: "; "))",
          ])
      }
      for problem in report.problems { log.notice("No graphics device", metadata: ["reason": "\(problem)"]) }
    case .failed(let what, let reason):
      log.warning(
        "Software goes on where the graphics device failed", metadata: ["at": "\(what)", "reason": "\(reason)"])
    case .putAside(let reason):
      log.error(
        "The graphics device failed three times and is left alone for an hour", metadata: ["reason": "\(reason)"])
    }
  }

  func channelChanged(_ stream: StreamID, _ event: PresetChannel.Event) {
    switch event {
    case .awake: log.debug("A preset is awake", metadata: ["preset": "\(stream.preset)"])
    case .firstFrame: provedPicture()
    case .asleep: log.debug("A preset sleeps", metadata: ["preset": "\(stream.preset)"])
    case .encoderFailed(let reason):
      log.error("An encoder failed", metadata: ["preset": "\(stream.preset)", "reason": "\(reason)"])
    }
    publish()
  }

  /// Tells each viewer when its latest frames left the encoder, so that the page can say how old its picture is.
  func sendClocks() {
    let marks = channels.takeFrameMarks()
    guard !marks.isEmpty, !controls.isEmpty, let statistics = driver.statistics() else { return }
    let offset = MonotonicTime.wallClockOffset
    for connection in statistics.connections {
      guard let viewer = registry[connection.id], case .socket(let control) = viewer.client,
        let showing = viewer.showing, let frames = marks[showing]
      else { continue }
      let times = frames.map {
        ServerMessage.FrameTime(
          rtpTimestamp: $0.timestamp &+ connection.peer.timestampOffset, time: Double($0.encodedAt + offset) / 1e6)
      }
      send(.clock(times), to: control)
    }
  }

  func sendHealth() { broadcast(.health(health)) }

  nonisolated var health: HealthSummary {
    let player = player.state
    let counters = player.counters
    let known = published.value
    return HealthSummary(
      status: player.isTestCard && !player.skipped.isEmpty ? .degraded : .ok,
      uptime: Double(MonotonicTime.now - house.startedAt) / 1e9, framerate: (known.framesPerSecond * 10).rounded() / 10,
      framesDecoded: counters.decoded, framesLate: counters.droppedLate, decodeErrors: counters.decodeErrors,
      decoder: player.decoder, decoderReason: player.decoderReason, viewers: known.state.viewers,
      awakePresets: Set(channels.counters.filter(\.isAwake).map(\.stream.preset)).sorted())
  }
}

extension ItemStatus {
  init(_ state: PlayerState) {
    self.init(
      name: state.isTestCard ? "Test card" : state.item?.name ?? "", index: state.index ?? 0, count: state.count,
      position: (state.position.seconds * 1000).rounded() / 1000, duration: state.duration?.seconds,
      paused: state.isPaused, testCard: state.isTestCard,
      shape: state.shape.map {
        ItemShape(
          projection: $0.projection.rawValue, stereo: $0.stereo.rawValue, eye: $0.eye.rawValue,
          origin: $0.origin.rawValue, confidence: $0.confidence)
      })
  }
}
