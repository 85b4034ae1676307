import Heartbeats

extension MetricsText {
  /// How far each stage has come.
  ///
  /// - Parameter now: nanoseconds of the monotonic clock.
  public mutating func write(_ stages: [Heartbeat], at now: Int64) {
    counter(
      "cupola_stage_beats_total", "Work done, by stage; what the watchdog is fed by.",
      stages.map { ([("stage", $0.name)], Double($0.count)) })
    gauge(
      "cupola_stage_overdue_seconds", "How late a stage's next work is.",
      stages.map { ([("stage", $0.name)], Double($0.overdue(at: now)) / 1e9) })
    gauge(
      "cupola_stage_resting", "1 while a stage rightly stands still, with the reason.",
      stages.filter { $0.resting != .none }.map { ([("stage", $0.name), ("reason", $0.resting.words)], 1) })
  }
}
