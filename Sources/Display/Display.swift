import Clocks
import Heartbeats
import Media
import Synchronization
import Threads

/// The screen that is attached to this machine: shows a view's pictures, and never nothing.
///
/// It works on a thread of its own, and nobody waits for it: a screen that is unplugged, switched off, swapped or never
/// there, and a card that another program has, are states and no errors. Nothing is written but its own buffers.
///
/// What it asks of the appliance: a view of its own with `turn`, in the size that `DisplayEvent.shows` says, whose pictures
/// go to `makeSink`; and, as they become known, the programme's rate and what the slate says.
public final class Display: Sendable {
  public let configuration: DisplayConfiguration
  private let exchange: DisplayExchange
  private let run: @Sendable () -> Void
  private let thread = Mutex<WorkerThread?>(nil)

  /// - Parameters:
  ///   - heartbeat: beats with every completed flip; rests with the reason while nothing is shown.
  ///   - device: made on the display's thread; `KMSDevice` but in tests.
  ///   - events: told on the display's thread: return soon.
  public init(
    _ configuration: DisplayConfiguration, heartbeat: Heartbeat = Heartbeat("display"),
    device: @escaping @Sendable (DisplayWakeup) -> any DisplayDevice = { KMSDevice(wakeup: $0) },
    events: @escaping @Sendable (DisplayEvent) -> Void = { _ in }
  ) {
    self.configuration = configuration
    let wakeup = DisplayWakeup()
    let exchange = DisplayExchange(wakeup)
    self.exchange = exchange
    run = {
      let loop = DisplayLoop(
        configuration, device: device(wakeup), exchange: exchange, heartbeat: heartbeat, events: events)
      while loop.turn() {}
    }
  }

  deinit { close() }

  /// Begins; false when the system has no more threads. The connector `none` needs no display.
  @discardableResult
  public func start() -> Bool {
    thread.withLock { thread in
      if thread == nil { thread = WorkerThread(name: "display", body: run) }
      return thread != nil
    }
  }

  /// Gives the card back, after which the kernel's console has the screen. The thread ends soon.
  public func close() { exchange.change { $0.wish.isClosed = true } }

  /// Waits for the thread's end, at most `seconds`; false when it still runs.
  @discardableResult
  public func join(within seconds: Double) -> Bool {
    thread.withLock { $0 }?.join(within: seconds) ?? true
  }

  /// What takes a view's pictures.
  ///
  /// - Parameter due: when a time of the media time line is, in nanoseconds of CLOCK_MONOTONIC.
  public func makeSink(due: @escaping @Sendable (MediaTime) -> Int64) -> any PictureSink {
    DisplaySink(exchange, due: due)
  }

  /// How the screen's picture is stored: what its view's pictures are to be turned by.
  public var turn: PictureTurn { configuration.rotation.turn }

  /// How it is now.
  public var report: DisplayReport { exchange.state.withLock { $0.report } }

  /// Switches the screen's signal on or off (DPMS). Off stays off, whatever is plugged.
  public func setPower(isOn: Bool) { exchange.change { $0.wish.isOn = isOn } }

  /// What the slate says from now on.
  public func update(slate: Slate) { exchange.change { $0.wish.slate = slate } }

  /// The programme's pictures a second: another mode is set where that suits better. nil: not known.
  public func update(rate: Double?) { exchange.change { $0.wish.rate = rate } }

  /// Whether there is something to play; without it the slate is shown. A picture that comes says so, too.
  public func update(hasProgramme: Bool) {
    exchange.change { state in
      state.hasProgramme = hasProgramme
      if !hasProgramme { state.inbox = [] }
    }
  }

  /// Puts a line of text over whatever is shown; an empty one takes it off.
  ///
  /// - Parameter seconds: for how long; a day at most.
  public func show(text: String, seconds: Double) {
    exchange.change { $0.wish.line = .init(text: text, seconds: seconds.isNaN ? 0 : seconds) }
  }

  /// What the screen shows now, upright; nil while it shows nothing. Drawn again from what it was drawn from, on the
  /// calling thread, for a card's memory is not to be read.
  public func snapshot() -> ScreenImage? {
    exchange.state.withLock { $0.scene }.map { ScreenImage($0, turn: turn) }
  }
}
