/// Those who get the player's frames.
struct Audience {
  private var receivers: [any FrameReceiver] = []
  private var version = -1

  var isAwake: Bool { receivers.contains(where: \.isAwake) }

  /// Takes the receivers of `inbox` when they are others than before.
  mutating func update(from inbox: PlayerInbox) {
    guard inbox.receiversVersion != version else { return }
    version = inbox.receiversVersion
    receivers = inbox.receivers
  }

  /// Hands a frame to all who are awake; whether anybody is.
  func offer(_ frame: TimedFrame, isVisible: Bool) -> Bool {
    var isAwake = false
    for receiver in receivers where receiver.isAwake {
      isAwake = true
      if isVisible { receiver.offer(frame) }
    }
    return isAwake
  }
}
