import Heartbeats
import Threads

/// What the player's thread shares with those who ask it for something, and with those who look at it.
struct PlayerLinks: Sendable {
  let environment: Player.Environment
  let inbox = Monitor(PlayerInbox())
  let wakeup = Wakeup()
  let shared = SharedState()
  let current: CurrentFrame
  /// Beats with every frame that is decoded and every frame that goes out.
  let heartbeat = Heartbeat("decoder")
  let stopping = Interruption()
  let events: @Sendable (PlayerEvent) -> Void

  init(environment: Player.Environment, events: @escaping @Sendable (PlayerEvent) -> Void) {
    self.environment = environment
    self.events = events
    current = CurrentFrame(clock: environment.clock)
  }

  var clock: any PlayoutClock { environment.clock }
}
