import Clocks
import Health
import Heartbeats
import Logging
import Persistence
import Systemd
import WebServer

/// What the appliance keeps house with: who is told how it is, what is kept over a restart, what is looked at.
struct Housekeeping: Sendable {
  let startedAt = MonotonicTime.now
  /// Beats when the actor has taken what it was told.
  let heartbeat = Heartbeat("appliance")
  let webServerStatistics = WebServerStatistics()
  let machine = MachineMonitor()
  let notifier: ServiceNotifier
  let keeper: StateKeeper
  let trials: TrialRecord
  /// What a supervisor's finding becomes; on its own thread.
  let superviseReport: @Sendable (Supervisor.Report) -> Void

  init(
    directory: StateDirectory, notifier: ServiceNotifier,
    superviseReport: @escaping @Sendable (Supervisor.Report) -> Void, log: Logger
  ) {
    self.notifier = notifier
    self.superviseReport = superviseReport
    keeper = StateKeeper(directory: directory, log: log)
    trials = TrialRecord(in: directory, boot: BootIdentity.current())
  }
}
