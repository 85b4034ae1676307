import Clocks
import CupolaConfiguration
import DTLS
import DatagramIO
import Delivery
import Fairness
import Foundation
import Health
import Heartbeats
import Logging
import Media
import Neighbours
import Persistence
import Playout
import Programme
import RTP
import SansIO
import ServiceLifecycle
import Signalling
import SphericalVideo
import Systemd
import WebServer

/// The bridge between the towers: who watches decides what is encoded, and what is encoded goes to who watches.
///
/// The programme's state lives here, on one actor. Media never passes through it: frames go from the channels' threads
/// to the socket thread, requests for key frames the other way, both directly.
public actor Appliance: Service {
  nonisolated let configuration: ApplianceConfiguration
  nonisolated let log: Logger
  nonisolated let player: Player
  nonisolated let hardware: HardwareAcceleration
  nonisolated let channels: ChannelPool
  nonisolated let driver: DeliveryDriver
  nonisolated let door: OperatorDoor
  public nonisolated let webServerStatistics = WebServerStatistics()
  nonisolated let startedAt = MonotonicTime.now
  nonisolated let notifier: ServiceNotifier
  nonisolated let keeper: StateKeeper
  nonisolated let trials: TrialRecord
  nonisolated let machine = MachineMonitor()
  /// What a supervisor's finding becomes; on its own thread.
  nonisolated let superviseReport: @Sendable (Supervisor.Report) -> Void
  nonisolated let events: EventQueue
  nonisolated let published: LockedBox<PublishedState>
  /// Beats when the actor has taken what it was told.
  nonisolated let heartbeat = Heartbeat("appliance")

  /// The configuration as it was read last; `configuration` is that of the start.
  var loaded: ApplianceConfiguration
  var saved: SavedState
  var supervisor: Supervisor?
  var probe: HTTPProbe?
  /// The age of the process when a picture had been encoded, and when it was ready; nil before.
  var provenAfter: Double?
  var readyAfter: Double?
  var programme: Programme
  var registry: ViewerRegistry
  /// Whose address it is; called for each join.
  public nonisolated let sourceOf: @Sendable (IPAddress) -> Source
  var controls: [UInt64: Control] = [:]
  var state: ApplianceState
  var notice: String?
  var activity = Activity()
  var framerate = FramerateMeter()
  /// Where other machines reach this one, as of the last look; nil: every address is configured, or there was no look.
  var addresses: [IPAddress]?
  private var nextConnection: UInt64 = 0

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

  /// Opens the media port, and nothing else yet.
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
    self.notifier = notifier
    self.superviseReport = superviseReport
    let neighbours = Neighbours()
    self.sourceOf = sourceOf ?? { neighbours.source(of: $0) }
    loaded = configuration
    registry = ViewerRegistry(
      places: configuration.server.viewers, reserved: ApplianceConfiguration.reservedViewers,
      encoders: configuration.encoders(deviceEncodes: false))
    let directory = StateDirectory(configured: configuration.stateDirectory)
    keeper = StateKeeper(directory: directory, log: log)
    let saved = keeper.load().started()
    let trials = TrialRecord(in: directory, boot: BootIdentity.current())
    self.trials = trials
    self.saved = saved
    door = OperatorDoor(configuredPIN: configuration.operator.pin, directory: directory, log: log)
    let programme = Programme(presets: PresetList(configuration.presets), preset: saved.programme)
    self.programme = programme
    let state = ApplianceState(
      presets: programme.presets.ordered, programme: programme.preset, item: ItemStatus(PlayerState()))
    self.state = state
    published = LockedBox(
      PublishedState(
        state: state, presetName: programme.presets[programme.preset]?.name ?? "", starts: saved.starts,
        uncleanStarts: saved.uncleanStarts))

    let hardware = HardwareAcceleration(configuration.acceleration) { events.append(.hardware($0)) }
    self.hardware = hardware
    let player = Player(configuration: configuration.player, hardware: hardware, journal: trials) {
      events.append(.player($0))
    }
    let wiring = Wiring()
    let driver = try DeliveryDriver(
      configuration: try configuration.engine(certificate: Certificate.generate())
    ) { event in
      // A key frame is asked for on the spot; everything else can wait for the actor.
      if case .needsKeyframe(let stream) = event {
        wiring.requestKeyframe(stream)
      } else {
        events.append(.network(event))
      }
    }
    channels = ChannelPool(
      player: player, configuration: configuration.channel, hardware: hardware, publish: { driver.publish($0) },
      event: { events.append(.channel($0, $1)) })
    channels.setPresets(programme.presets.ordered.map(\.camera))
    wiring.connect(channels)
    self.player = player
    self.driver = driver
  }

  /// What lets somebody change what others see, as people read it.
  public nonisolated var operatorPIN: String { door.pin.description }

  /// The UDP port of all media.
  public nonisolated var mediaPort: UInt16 { driver.localAddress.port }

  /// Plays and serves until a graceful shutdown or a cancellation; then tells the viewers and ends everything.
  public func run() async throws {
    lookAtMachine()
    lookAtNetwork()
    hardware.start()
    player.start(from: saved.resumePoint)
    // Until a picture of the programme has been encoded, as if somebody watched it.
    settleStreams()
    keeper.save(saved)
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
        case .question: heartbeat.beat(next: MonotonicTime.now + Self.questionInterval)
        }
      }
    }
  }

  /// Tells the actor something each second, by the way that it is told everything: that it comes to it proves that it
  /// serves, to the supervisor. Waits for nobody, or who hangs would be named wrongly.
  private nonisolated func askItself() async {
    heartbeat.expect(by: MonotonicTime.now)
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
      framerate.sample(player.state.counters.published, at: MonotonicTime.now)
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
    machine.refresh(folders: [keeper.directory.path] + loaded.playlist.sources.filter { $0.hasPrefix("/") }.prefix(8))
  }

  private func shutDown() async {
    log.info("Stopping")
    notifier.stopping()
    supervisor?.stop()
    probe?.stop()
    remember(isLast: true)
    trials.close()
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

  func makeConnectionID() -> ConnectionID {
    nextConnection += 1
    return ConnectionID(nextConnection)
  }
}

/// Lets the socket thread reach the channels, which are made after it.
private final class Wiring: Sendable {
  private let channels = LockedBox<ChannelPool?>(nil)

  func connect(_ pool: ChannelPool) { channels.set(pool) }

  func requestKeyframe(_ stream: StreamID) { channels.value?.requestKeyframe(stream) }
}
