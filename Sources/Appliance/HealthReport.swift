import Heartbeats
import Signalling

/// What `/healthz` and `/readyz` answer: a verdict, why in one sentence, and every stage that it was made from.
struct HealthReport: Encodable {
  struct Stage: Encodable {
    var stage: String
    /// "at work", or why it rightly stands still.
    var state: String
    /// How often it has done work.
    var beats: UInt64
    /// Seconds by which its next work is late; 0 while there is time.
    var overdue: Double

    init(_ heartbeat: Heartbeat, at now: Int64) {
      stage = heartbeat.name
      state = heartbeat.resting.words
      beats = heartbeat.count
      overdue = (Double(heartbeat.overdue(at: now)) / 1e6).rounded() / 1000
    }
  }

  var status: Health.Status
  /// One sentence for people.
  var why: String
  /// Whether a picture is shown to whoever comes.
  var ready: Bool
  var stages: [Stage]
  var health: Health
}

/// How Cupola is, in the words of `systemctl status`.
struct StatusSentence {
  var item: ItemStatus
  var hasEnded = false
  /// The programme's preset.
  var preset: String
  var viewers: Int
  /// "software", or the name of the hardware.
  var decoder: String
  /// Whether the machine has an address for others.
  var isReachable = true

  /// "playing beach.mp4, 2 of 14; front; 3 viewers; software decode".
  var text: String {
    var parts = [what, preset, viewers == 1 ? "1 viewer" : "\(viewers) viewers"]
    if !item.testCard, !decoder.isEmpty { parts.append("\(decoder) decode") }
    if !isReachable { parts.append("no network") }
    return parts.joined(separator: "; ")
  }

  private var what: String {
    if item.testCard { return "showing the test card, for there is nothing to play" }
    if item.name.isEmpty { return "opening the first item" }
    let verb = hasEnded ? "holding the last picture of" : item.paused ? "paused in" : "playing"
    return "\(verb) \(item.name), \(item.index + 1) of \(item.count)"
  }
}
