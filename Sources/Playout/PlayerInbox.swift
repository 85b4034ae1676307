import Media

/// What other threads want of the player's thread.
struct PlayerInbox {
  enum Command: Hashable {
    case play
    case pause
    case seek(MediaTime)
    case next
    case previous
    case go(Int)
    case change(sources: PlaylistSources, repeats: Bool)
  }

  /// More commands than this at once are an accident; the oldest are dropped.
  static let maximumCommands = 64

  private(set) var commands: [Command] = []
  private(set) var droppedCommands: UInt64 = 0
  /// What the openers found, with the number of the request; no more than there are openers.
  private(set) var answers: [(request: Int, answer: ItemRequests.Answer)] = []
  private(set) var receivers: [any FrameReceiver] = []
  /// Changes with `receivers`.
  private(set) var receiversVersion = 0

  mutating func append(_ command: Command) {
    if commands.count >= Self.maximumCommands {
      commands.removeFirst()
      droppedCommands += 1
    }
    commands.append(command)
  }

  mutating func append(_ answer: ItemRequests.Answer, of request: Int) { answers.append((request, answer)) }

  mutating func attach(_ receiver: any FrameReceiver) {
    guard !receivers.contains(where: { $0 === receiver }) else { return }
    receivers.append(receiver)
    receiversVersion += 1
  }

  mutating func detach(_ receiver: any FrameReceiver) {
    receivers.removeAll { $0 === receiver }
    receiversVersion += 1
  }

  /// Takes out what is to be done; what `receivers` are is left.
  mutating func take() -> (commands: [Command], answers: [(request: Int, answer: ItemRequests.Answer)]) {
    guard !commands.isEmpty || !answers.isEmpty else { return ([], []) }
    defer {
      commands.removeAll()
      answers.removeAll()
    }
    return (commands, answers)
  }
}
