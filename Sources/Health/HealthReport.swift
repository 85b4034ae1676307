import Heartbeats
import Signalling

/// What `/healthz` and `/readyz` answer: a verdict, why in one sentence, and every stage that it was made from.
public struct HealthReport: Encodable {
  public struct Stage: Encodable {
    public var stage: String
    /// "at work", or why it rightly stands still.
    public var state: String
    /// How often it has done work.
    public var beats: UInt64
    /// Seconds by which its next work is late; 0 while there is time.
    public var overdue: Double

    public init(_ heartbeat: Heartbeat, at now: Int64) {
      stage = heartbeat.name
      state = heartbeat.resting.words
      beats = heartbeat.count
      overdue = (Double(heartbeat.overdue(at: now)) / 1e6).rounded() / 1000
    }
  }

  public var status: HealthSummary.Status
  /// One sentence for people.
  public var why: String
  /// Whether a picture is shown to whoever comes.
  public var ready: Bool
  /// Whether the test card is shown, for want of anything else.
  public var nothingToPlay: Bool
  public var stages: [Stage]
  public var health: HealthSummary

  public init(
    status: HealthSummary.Status, why: String, ready: Bool, nothingToPlay: Bool = false, stages: [Stage],
    health: HealthSummary
  ) {
    self.status = status
    self.why = why
    self.ready = ready
    self.nothingToPlay = nothingToPlay
    self.stages = stages
    self.health = health
  }
}
