import Programme
import Signalling
import Systemd
import WebServer

/// What the appliance has made known of itself: whoever asks how it is reads this, and does not wait for the actor,
/// which is for those who change something. What the threads of media and network know of themselves is read from them.
struct PublishedState: Sendable {
  var state: ApplianceState
  /// The name of the programme's preset.
  var presetName: String
  /// Whether the machine has an address for others.
  var isReachable = true
  /// How many frames a second were published lately.
  var framesPerSecond = 0.0
  /// The age of the process when a picture had been encoded, and when it was ready; nil before.
  var provenAfter: Double?
  var readyAfter: Double?
  /// Starts with this state directory, and those of them after an end that nobody asked for.
  var starts: UInt64
  var uncleanStarts: UInt64
  /// Viewers and offers that gave their places to others.
  var viewersReplaced: UInt64 = 0
  /// How many streams may be encoded at a time.
  var encoders = 0
  /// What people did since the start.
  var activity = Activity()
  var supervisor: Supervisor?
  var probe: HTTPProbe?
}

extension Appliance {
  /// Makes known what is so now.
  func publish() {
    published.set(
      PublishedState(
        state: told.state, presetName: programme.presets[programme.preset]?.name ?? "\(programme.preset)",
        isReachable: told.addresses?.isEmpty != true, framesPerSecond: told.framerate.framesPerSecond,
        provenAfter: life.provenAfter,
        readyAfter: life.readyAfter, starts: life.saved.starts, uncleanStarts: life.saved.uncleanStarts,
        viewersReplaced: registry.replaced, encoders: registry.encoders.limit, activity: told.activity,
        supervisor: life.supervisor, probe: life.probe))
  }

  /// An element whenever something has been made known.
  package nonisolated func publications() -> AsyncStream<Void> { published.changes() }

  /// The state with what plays at this moment, for one who asks; nobody else is told.
  nonisolated var currentState: ApplianceState {
    var now = published.value.state
    let player = player.state
    now.item = ItemStatus(player)
    now.skipped = player.skipped.map { SkippedItem(name: $0.item.name, reason: $0.reason) }
    return now
  }
}
