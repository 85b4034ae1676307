import FFmpeg
import Heartbeats
import Media
import SphericalVideo
import Synchronization
import Threads

/// Plays a playlist: decodes each frame once, and hands it to whoever is awake when it is due.
///
/// It runs on a thread of its own, which waits for the time of the next frame and for nobody else. All items share one
/// time line, that of its clock. It never stops by itself: a bad item is skipped, and with nothing left to play the
/// built-in test card is on until something can be.
public final class Player: Sendable {
  private let links: PlayerLinks
  private let configuration: PlayerConfiguration
  private let thread = Mutex<WorkerThread?>(nil)

  /// What a test replaces.
  package struct Environment: Sendable {
    package var clock: any PlayoutClock
    package var open: @Sendable (PlaylistItem, Interruption) throws(MediaError) -> any FrameSource
    package var testCard: @Sendable () throws(MediaError) -> any FrameSource
    /// Runs work that blocks, elsewhere or at once; false when there is no thread for it now.
    package var run: @Sendable (@escaping @Sendable () -> Void) -> Bool
    package var journal: (any ItemJournal)?
    /// Whether items are read on threads of their own, in the machine's time.
    package var readsAhead = true
    /// Whether the next item's first picture is decoded before its turn.
    package var decodesAhead = true

    package init(
      clock: any PlayoutClock,
      open: @escaping @Sendable (PlaylistItem, Interruption) throws(MediaError) -> any FrameSource,
      testCard: @escaping @Sendable () throws(MediaError) -> any FrameSource,
      run: @escaping @Sendable (@escaping @Sendable () -> Void) -> Bool
    ) {
      self.clock = clock
      self.open = open
      self.testCard = testCard
      self.run = run
    }

    /// Files, libav and a thread for each opening.
    package static func live(
      _ configuration: PlayerConfiguration, clock: any PlayoutClock, hardware: HardwareAcceleration? = nil,
      shapes: ShapeFinder? = ShapeFinder()
    ) -> Environment {
      let (size, framerate) = (configuration.testCardSize, configuration.maximumFramerate)
      let threads = configuration.decoderThreads
      return Environment(
        clock: clock,
        open: { item, interruption throws(MediaError) in
          try MediaFileSource(
            url: item.url, access: item.access, shape: item.shape, decoderThreads: threads, hardware: hardware,
            shapes: shapes,
            interruption: interruption)
        },
        testCard: { () throws(MediaError) in try TestCardSource(size: size, framerate: framerate) },
        run: { work in WorkerThread(name: "open", body: work) != nil })
    }
  }

  /// - Parameter journal: gets to know what is begun, for the next start of the program.
  public convenience init(
    configuration: PlayerConfiguration, clock: any PlayoutClock = MonotonicClock(),
    hardware: HardwareAcceleration? = nil, journal: (any ItemJournal)? = nil,
    events: @escaping @Sendable (PlayerEvent) -> Void = { _ in }
  ) {
    var environment = Environment.live(configuration, clock: clock, hardware: hardware)
    environment.journal = journal
    self.init(configuration: configuration, environment: environment, events: events)
  }

  package init(
    configuration: PlayerConfiguration, environment: Environment,
    events: @escaping @Sendable (PlayerEvent) -> Void = { _ in }
  ) {
    _ = ProcessHeap.isTuned
    self.configuration = configuration
    links = PlayerLinks(environment: environment, events: events)
  }

  /// The frame that is on.
  public var current: CurrentFrame { links.current }

  /// Beats with every frame that is decoded and every frame that goes out.
  public var heartbeat: Heartbeat { links.heartbeat }

  /// Starts playing, once; it plays until `stop`.
  ///
  /// - Parameter start: where playback was the last time; nil begins with the first item.
  public func start(from start: ResumePoint? = nil) {
    thread.withLock { thread in
      guard thread == nil else { return }
      // The loop is made on its thread and never leaves it.
      thread = WorkerThread(name: "player") { [links, configuration] in
        PlayerLoop(configuration: configuration, links: links).run(from: start)
      }
      // At the start of the program, without threads nothing of it works.
      precondition(thread != nil, "the system has no more threads")
    }
  }

  /// Ends the thread, also out of a read that blocks, and returns when it is gone or after a second.
  public func stop() {
    links.stopping.raise()
    links.wakeup.raise()
    _ = thread.withLock { $0 }?.join(within: 1)
  }

  public func play() { send(.play) }

  /// Holds the frame that is on.
  public func pause() { send(.pause) }

  /// Goes on at `position` of the item that is on; to the frame, not to the key frame before it.
  public func seek(to position: MediaTime) { send(.seek(position)) }

  public func next() { send(.next) }

  public func previous() { send(.previous) }

  /// Plays the item at `index` of the playlist, counted from 0; one out of range changes nothing.
  public func go(to index: Int) { send(.go(index)) }

  /// Plays what `sources` say from now on. The item that is on goes on to its end if it is still among them.
  public func change(sources: PlaylistSources, repeats: Bool) { send(.change(sources: sources, repeats: repeats)) }

  /// Hands frames to `receiver` from now on, whenever it is awake.
  public func attach(_ receiver: any FrameReceiver) {
    receiver.attached(to: links.current)
    links.inbox.withLock { $0.attach(receiver) }
    links.wakeup.raise()
  }

  public func detach(_ receiver: any FrameReceiver) {
    links.inbox.withLock { $0.detach(receiver) }
    links.wakeup.raise()
  }

  public var state: PlayerState { links.shared.state.withLock { $0 } }

  /// A time of the media time line, in nanoseconds of CLOCK_MONOTONIC.
  public func monotonic(_ time: MediaTime) -> Int64 { links.clock.monotonic(time) }

  private func send(_ command: PlayerInbox.Command) {
    links.inbox.withLock { $0.append(command) }
    links.wakeup.raise()
  }
}

/// What the player's thread shows of itself to others.
final class SharedState: Sendable {
  let state = Mutex(PlayerState())
}
