import CSystemd
import Dispatch
import Glibc
import Synchronization

/// Tells systemd how the service is (sd_notify(3)). Without systemd, or when its socket is gone, nothing happens but a
/// count.
public final class ServiceNotifier: Sendable {
  private struct Pending {
    var status: String?
    var sent: String?
    var isUnderway = false
  }

  private let pending = Mutex(Pending())
  private let failureCount = Atomic<UInt64>(0)
  /// What may wait for systemd waits here.
  private let queue = DispatchQueue(label: "systemd")

  public init() {}

  /// Whether somebody listens: `$NOTIFY_SOCKET` is set.
  public let isSupervised = getenv("NOTIFY_SOCKET") != nil

  /// Notifications that did not reach systemd.
  public var failures: UInt64 { failureCount.load(ordering: .relaxed) }

  /// The service does what it is there for, also after a reload.
  public func ready() { later("READY=1") }

  public func reloading(at now: Int64) { later("RELOADING=1\nMONOTONIC_USEC=\(now / 1000)") }

  public func stopping() { later("STOPPING=1\nSTATUS=stopping") }

  /// A sentence for `systemctl status`. Said once; while the one before is on its way, only the latest is kept.
  public func status(_ sentence: String) {
    // A line end would begin another assignment.
    let sentence = String(sentence.map { $0.isNewline ? " " : $0 })
    let isFree = pending.withLock { pending in
      guard pending.sent != sentence else { return false }
      pending.status = sentence
      defer { pending.isUnderway = true }
      return !pending.isUnderway
    }
    guard isFree else { return }
    queue.async { [self] in
      while let sentence = next() { send("STATUS=\(sentence)") }
    }
  }

  /// All is well. Called by whoever supervises, on its own thread: this waits for nobody but systemd.
  public func feedWatchdog() { send("WATCHDOG=1") }

  /// Something stands still: end and restart the service now.
  public func triggerWatchdog() { send("WATCHDOG=trigger") }

  private func next() -> String? {
    pending.withLock { pending in
      defer { pending.status = nil }
      guard let status = pending.status else {
        pending.isUnderway = false
        return nil
      }
      pending.sent = status
      return status
    }
  }

  private func later(_ text: String) { queue.async { [self] in send(text) } }

  private func send(_ text: String) {
    if sd_notify(0, text) < 0 { failureCount.add(1, ordering: .relaxed) }
  }
}
