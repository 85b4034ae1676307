import Foundation
import Heartbeats
import Synchronization

/// Looks at every heartbeat twice a second, feeds the watchdog while all of them beat, and asks it for a restart, by
/// name of the stage, when one does not.
///
/// It runs on a thread of its own and shares no lock with what it supervises: heartbeats are atomic numbers, and what
/// it has to say it says by itself.
public final class Supervisor: Sendable {
  private let stages: [Heartbeat]
  private let notifier: ServiceNotifier
  private let clock: @Sendable () -> Int64
  private let report: @Sendable (Report) -> Void
  private let isStopped = Atomic(false)
  private let stalled = Atomic<Int>(-1)

  public enum Report: Hashable, Sendable {
    /// A stage stands still; the service asks to be restarted.
    case stalled(Supervision.Stall)
    /// All of them move again, where nobody restarted the service.
    case recovered
  }

  private static let interval: Int64 = 500_000_000

  /// - Parameters:
  ///   - stages: everything that is supervised, also what is not at work yet.
  ///   - clock: CLOCK_MONOTONIC in nanoseconds.
  ///   - report: called on the supervisor's thread; must not wait for any stage.
  public init(
    stages: [Heartbeat], notifier: ServiceNotifier, clock: @escaping @Sendable () -> Int64,
    report: @escaping @Sendable (Report) -> Void
  ) {
    self.stages = stages
    self.notifier = notifier
    self.clock = clock
    self.report = report
  }

  /// The stage that stands still; nil: none does.
  public var stalledStage: String? {
    let index = stalled.load(ordering: .relaxed)
    return index < 0 ? nil : stages[index].name
  }

  /// Starts the thread.
  public func start() {
    Thread.detachNewThread { [self] in
      Thread.current.name = "supervisor"
      var round = Round()
      while !isStopped.load(ordering: .relaxed) {
        look(&round)
        var wait = timespec(tv_sec: 0, tv_nsec: Int(Self.interval))
        clock_nanosleep(CLOCK_MONOTONIC, 0, &wait, nil)
      }
    }
  }

  public func stop() { isStopped.store(true, ordering: .relaxed) }

  /// What the thread remembers from one look to the next.
  package struct Round {
    var supervision = Supervision()
    var hasReported = false

    package init() {}
  }

  package func look(_ round: inout Round) {
    let stalls = round.supervision.look(at: stages, now: clock())
    guard let worst = stalls.first else {
      stalled.store(-1, ordering: .relaxed)
      if round.hasReported { report(.recovered) }
      round.hasReported = false
      return notifier.feedWatchdog()
    }
    stalled.store(stages.firstIndex { $0.name == worst.stage } ?? -1, ordering: .relaxed)
    guard !round.hasReported else { return }
    round.hasReported = true
    // Said before the process is ended.
    for stall in stalls { report(.stalled(stall)) }
    notifier.triggerWatchdog()
  }
}
