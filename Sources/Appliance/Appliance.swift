import Clocks
import CupolaConfiguration
import Delivery
import Fairness
import Foundation
import Logging
import Neighbours
import Persistence
import Playout
import Programme
import RTP
import SansIO
import ServiceLifecycle
import Signalling
import Systemd
import WebServer

/// The bridge between the towers: who watches decides what is encoded, and what is encoded goes to who watches.
///
/// The programme's state lives here, on one actor. Media never passes through it: frames go from the channels' threads
/// to the socket thread, requests for key frames the other way, both directly.
public actor Appliance: Service {
  nonisolated let configuration: ApplianceConfiguration
  nonisolated let log: Logger
  nonisolated let towers: Towers
  nonisolated let house: Housekeeping
  nonisolated let door: OperatorDoor
  nonisolated let events: EventQueue
  nonisolated let published: Published<PublishedState>

  var programme: Programme
  var registry: ViewerRegistry
  var controls: [UInt64: Control] = [:]
  var told: Told
  var life: Life

  /// What the threads of media and network tell the actor.
  package enum Event: Sendable {
    case player(PlayerEvent)
    case channel(StreamID, PresetChannel.Event)
    case hardware(HardwareAcceleration.Event)
    case network(DeliveryEvent)
    /// Nothing but whether the actor comes to it.
    case question
  }

  private static let questionInterval: Int64 = 1_000_000_000

  /// Reads what is kept, makes the towers and opens the media port; nothing plays before `run()`.
  ///
  /// - Parameters:
  ///   - notifier: who is told how the service is.
  ///   - sourceOf: the machine that has an address, for all that is shared out among machines; must not wait. Nil: the
  ///     kernel's neighbour table says.
  ///   - superviseReport: called on the supervisor's thread when a stage stands still, before the service is restarted;
  ///     must wait for nobody.
  /// - Throws: `UDPSocketError` when the port is not to be had, `DTLSError` when no certificate can be made.
  public init(
    configuration: ApplianceConfiguration, log: Logger, notifier: ServiceNotifier = ServiceNotifier(),
    sourceOf: (@Sendable (IPAddress) -> Source)? = nil,
    superviseReport: @escaping @Sendable (Supervisor.Report) -> Void = { _ in }
  ) throws {
    self.configuration = configuration
    self.log = log
    let events = EventQueue()
    self.events = events
    registry = ViewerRegistry(
      places: configuration.server.viewers, reserved: ApplianceConfiguration.reservedViewers,
      encoders: configuration.encoders(deviceEncodes: false))
    let directory = StateDirectory(configured: configuration.stateDirectory)
    let house = Housekeeping(
      directory: directory, notifier: notifier, superviseReport: superviseReport, log: log)
    self.house = house
    let neighbours = Neighbours()
    door = OperatorDoor(
      configuredPIN: configuration.operator.pin, directory: directory,
      sourceOf: sourceOf ?? { neighbours.source(of: $0) }, log: log)
    let saved = house.keeper.load().started()
    life = Life(loaded: configuration, saved: saved)
    let programme = Programme(presets: PresetList(configuration.presets), preset: saved.programme)
    self.programme = programme
    let state = ApplianceState(
      presets: programme.presets.ordered, programme: programme.preset, item: ItemStatus(PlayerState()))
    told = Told(state: state)
    published = Published(
      PublishedState(
        state: state, presetName: programme.presets[programme.preset]?.name ?? "", starts: saved.starts,
        uncleanStarts: saved.uncleanStarts))
    towers = try Towers(configuration: configuration, journal: house.trials, events: events)
    towers.channels.setPresets(programme.presets.ordered.map(\.camera))
  }

  public nonisolated var webServerStatistics: WebServerStatistics { house.webServerStatistics }

  /// Whose address it is.
  public nonisolated var sourceOf: @Sendable (IPAddress) -> Source { door.sourceOf }

  /// What lets somebody change what others see, as people read it.
  public nonisolated var operatorPIN: String { door.pin.description }

  /// The UDP port of all media.
  public nonisolated var mediaPort: UInt16 { driver.localAddress.port }

  /// Plays and serves until a graceful shutdown or a cancellation; then tells the viewers and ends everything.
  public func run() async throws {
    lookAtMachine()
    lookAtNetwork()
    hardware.start()
    player.start(from: life.saved.resumePoint)
    // Until a picture of the programme has been encoded, as if somebody watched it.
    settleStreams()
    house.keeper.save(life.saved)
    await withTaskGroup(of: Void.self) { group in
      group.addTask { await self.handleEvents() }
      group.addTask { await self.tick() }
      group.addTask { await self.askItself() }
      try? await gracefulShutdown()
      group.cancelAll()
    }
    await shutDown()
  }

  private func handleEvents() async {
    for await _ in events.arrivals {
      for event in events.take() {
        switch event {
        case .player(let event): playerChanged(event)
        case .channel(let stream, let event): channelChanged(stream, event)
        case .hardware(let event): hardwareChanged(event)
        case .network(let event): networkChanged(event)
        case .question: house.heartbeat.beat(next: MonotonicTime.now + Self.questionInterval)
        }
      }
    }
  }

  /// Tells the actor something each second, by the way that it is told everything: that it comes to it proves that it
  /// serves, to the supervisor. Waits for nobody, or who hangs would be named wrongly.
  private nonisolated func askItself() async {
    house.heartbeat.expect(by: MonotonicTime.now)
    while !Task.isCancelled {
      events.append(.question)
      try? await Task.sleep(for: .nanoseconds(Self.questionInterval))
    }
  }

  private func tick() async {
    var ticks = 0
    while !Task.isCancelled {
      try? await Task.sleep(for: .seconds(1))
      ticks += 1
      told.framerate.sample(player.state.counters.published, at: MonotonicTime.now)
      publish()
      expireControls()
      sendClocks()
      remember()
      lookAtNetwork()
      countEncoders()
      tellStatus()
      if ticks.isMultiple(of: 2) { sendHealth() }
      if ticks.isMultiple(of: 10) { lookAtMachine() }
      if ticks.isMultiple(of: 60) { door.saveUse() }
      if ticks.isMultiple(of: 5) { refreshState(withPosition: true) }
    }
  }

  private func lookAtMachine() {
    house.machine.refresh(
      folders: [house.keeper.directory.path]
        + life.loaded.playlist.sources.map(\.text).filter { $0.hasPrefix("/") }.prefix(8))
  }

  private func shutDown() async {
    log.info("Stopping")
    house.notifier.stopping()
    life.supervisor?.stop()
    life.probe?.stop()
    remember(isLast: true)
    house.trials.close()
    broadcast(.bye(reason: .shutdown, retryAfter: 1))
    for control in controls.values { control.socket.close(.goingAway, reason: "the server is stopping") }
    // Both wait for their threads, each for a second at most; not on the cooperative pool.
    let (driver, player, channels) = (driver, player, channels)
    await withCheckedContinuation { continuation in
      Thread.detachNewThread {
        driver.stop()
        player.stop()
        channels.close()
        continuation.resume()
      }
    }
  }
}
