import Clocks
import CupolaConfiguration
import Foundation
import Health
import Heartbeats
import Media
import Persistence
import RTP
import Signalling
import SphericalVideo
import Systemd
import WebServer

/// Cupola as a service: when it is ready, how it is, what it remembers, and what becomes of another configuration.
extension Appliance {
  // MARK: Ready

  /// The web server listens on `port` from now on.
  ///
  /// Everything is supervised from here: what came before, systemd's start-up limit watches over.
  public func serving(port: Int) {
    guard life.supervisor == nil else { return }
    let probe = HTTPProbe(port: port, configuration: configuration.httpService, statistics: webServerStatistics)
    if let probe {
      Thread.detachNewThread {
        Thread.current.name = "health probe"
        probe.run()
      }
    }
    life.probe = probe
    let supervisor = Supervisor(
      stages: fixedStages(probe) + channels.heartbeats.all, notifier: house.notifier, clock: { MonotonicTime.now },
      report: house.superviseReport)
    supervisor.start()
    life.supervisor = supervisor
    publish()
    becomeReady()
  }

  /// A picture of the programme has been encoded: whoever joins now gets one.
  func provedPicture() {
    guard life.provenAfter == nil else { return }
    life.provenAfter = ProcessUse.age
    publish()
    settleStreams()
    becomeReady()
  }

  private func becomeReady() {
    guard let provenAfter = life.provenAfter, life.supervisor != nil, life.readyAfter == nil else { return }
    let age = ProcessUse.age
    life.readyAfter = age
    publish()
    house.notifier.ready()
    tellStatus()
    log.notice(
      "Ready",
      metadata: [
        "firstPicture": "\(Int(provenAfter * 1000)) ms", "ready": "\(Int(age * 1000)) ms",
        "start": "\(life.saved.starts)", "uncleanStarts": "\(life.saved.uncleanStarts)",
      ])
  }

  // MARK: How it is

  /// The stages that there is one of.
  private nonisolated func fixedStages(_ probe: HTTPProbe?) -> [Heartbeat] {
    [player.heartbeat, driver.heartbeat, house.heartbeat] + (probe.map { [$0.heartbeat] } ?? [])
  }

  /// Those, and every stream that somebody watches or has watched.
  nonisolated var stages: [Heartbeat] {
    fixedStages(published.value.probe) + channels.heartbeats.all.filter { $0.count > 0 || $0.resting == .none }
  }

  nonisolated var statusSentence: String {
    let player = player.state
    let known = published.value
    return StatusSentence(
      item: ItemStatus(player), hasEnded: player.hasEnded, preset: known.presetName, viewers: known.state.viewers,
      decoder: player.decoder, isReachable: known.isReachable
    ).text
  }

  func tellStatus() {
    publish()
    house.notifier.status(statusSentence)
  }

  /// - Parameter isReadiness: whether the question is if a picture is shown, not if the program lives.
  nonisolated func healthReport(isReadiness: Bool) -> HealthReport {
    let now = MonotonicTime.now
    let known = published.value
    let stalled = known.supervisor?.stalledStage
    let isReady = known.readyAfter != nil && stalled == nil
    let state = player.state
    var health = health
    let why: String
    if let stalled {
      health.status = .failing
      why = "The \(stalled) stands still."
    } else if isReadiness, !isReady {
      why =
        known.provenAfter == nil
        ? "No picture has been encoded yet." : "The web server does not listen yet."
    } else {
      let sentence = statusSentence
      let skipped = state.skipped.count
      let note =
        state.testCardReason.map { "; \($0)" }
        ?? (skipped == 0 ? "" : "; \(skipped) of the playlist cannot be played to the end")
      why = sentence.prefix(1).uppercased() + sentence.dropFirst() + note + "."
    }
    return HealthReport(
      status: health.status, why: why, ready: isReady, nothingToPlay: state.isTestCard,
      stages: stages.map { .init($0, at: now) }, health: health)
  }

  // MARK: What it remembers

  /// Brings what is remembered up to date, and has it written if something changed.
  func remember(isLast: Bool = false) {
    let player = player.state
    if let item = player.item {
      life.saved.item = item.url
      life.saved.index = player.index ?? 0
      life.saved.position = (player.position.seconds * 1000).rounded() / 1000
    }
    life.saved.programme = programme.preset
    life.saved.isClean = isLast
    if isLast { house.keeper.saveNow(life.saved) } else { house.keeper.save(life.saved) }
  }

  // MARK: Another configuration

  /// Reads the configuration again, as `systemctl reload` wants it; one that is wrong changes nothing.
  ///
  /// - Parameter load: gives the new configuration, or throws what is wrong with it.
  public func reload(_ load: () throws -> ApplianceConfiguration) {
    house.notifier.reloading(at: MonotonicTime.now)
    defer { house.notifier.ready() }
    do {
      apply(try load())
    } catch {
      log.error("The new configuration is wrong; the old one holds", metadata: ["reason": "\(error)"])
    }
  }

  private func apply(_ new: ApplianceConfiguration) {
    var pending: [String] = []
    if new.server != life.loaded.server { pending.append("server") }
    if new.video != life.loaded.video { pending.append("video") }
    if new.hardware != life.loaded.hardware { pending.append("hardware") }
    if new.operator != life.loaded.operator { pending.append("operator") }
    if new.stateDirectory != life.loaded.stateDirectory { pending.append("state") }
    if new.presets != life.loaded.presets { replace(presets: new.presets) }
    if new.playlist != life.loaded.playlist {
      player.change(sources: new.playlistSources, repeats: new.playlist.repeats)
    }
    life.loaded.presets = new.presets
    life.loaded.playlist = new.playlist
    log.notice("The configuration has been read again")
    if !pending.isEmpty {
      log.warning(
        "Some keys take effect at the next start only", metadata: ["keys": "\(pending.joined(separator: ", "))"])
    }
  }
}
