import Dispatch
import Synchronization

/// The latest `MachineHealth`, looked at on a queue of its own: nobody waits for a disk that does not answer.
public final class MachineMonitor: Sendable {
  private let queue = DispatchQueue(label: "machine")
  private let latest = Mutex<(health: MachineHealth?, isUnderway: Bool)>((nil, false))

  public init() {}

  public var health: MachineHealth? { latest.withLock { $0.health } }

  /// Looks again, unless a look is underway.
  public func refresh(folders: [String]) {
    let isFree = latest.withLock { latest in
      defer { latest.isUnderway = true }
      return !latest.isUnderway
    }
    guard isFree else { return }
    queue.async { [self] in
      let health = MachineHealth(folders: folders)
      latest.withLock { $0 = (health, false) }
    }
  }
}
