import Clocks
import Dispatch
import Foundation
import Logging
import Synchronization

/// Keeps `SavedState` on disk. Nobody waits for the disk: what is to be written waits on a queue, where only the latest
/// counts, and a disk that is full or read-only costs a warning.
public final class StateKeeper: Sendable {
  private struct Pending {
    var state: SavedState?
    var written: SavedState?
    var isUnderway = false
    var lastSync: Int64 = 0
    var failures: UInt64 = 0
    var isFailing = false
  }

  static let file = "state"
  public let directory: StateDirectory
  private let log: Logger
  private let queue = DispatchQueue(label: "state")
  private let pending = Mutex(Pending())

  /// What is only a position is forced onto the disk so often; a crash of Cupola alone loses nothing in between.
  private static let syncInterval: Int64 = 30_000_000_000

  public init(directory: StateDirectory, log: Logger) {
    self.directory = directory
    self.log = log
  }

  /// Writes that failed since the start.
  public var failures: UInt64 { pending.withLock { $0.failures } }

  /// What the last run left, or nothing. A file that is no good is set aside beside the new one.
  public func load() -> SavedState {
    do {
      guard let text = try directory.text(of: Self.file) else { return SavedState() }
      return try SavedState(text: text)
    } catch {
      let aside = directory.setAside(Self.file)
      log.warning(
        "The saved state cannot be used; playback begins anew",
        metadata: ["file": "\(directory.path)/\(Self.file)", "reason": "\(error)", "kept": "\(aside ?? "not kept")"])
      return SavedState()
    }
  }

  /// Has `state` written, soon.
  public func save(_ state: SavedState) {
    let isFree = pending.withLock { pending in
      guard pending.state != nil || pending.written != state else { return false }
      pending.state = state
      defer { pending.isUnderway = true }
      return !pending.isUnderway
    }
    guard isFree else { return }
    queue.async { [self] in
      while let next = next() { write(next.state, synchronously: next.isImportant) }
    }
  }

  /// Writes `state` before it returns, or gives up after a second.
  public func saveNow(_ state: SavedState) {
    let done = DispatchSemaphore(value: 0)
    queue.async { [self] in
      write(state, synchronously: true)
      done.signal()
    }
    _ = done.wait(timeout: .now() + 1)
  }

  private func next() -> (state: SavedState, isImportant: Bool)? {
    pending.withLock { pending in
      guard let state = pending.state else {
        pending.isUnderway = false
        return nil
      }
      pending.state = nil
      let now = MonotonicTime.now
      var samePlace = state
      samePlace.position = pending.written?.position ?? -1
      let isImportant = samePlace != pending.written || now - pending.lastSync > Self.syncInterval
      if isImportant { pending.lastSync = now }
      return (state, isImportant)
    }
  }

  private func write(_ state: SavedState, synchronously: Bool) {
    do {
      try directory.write(state.text, to: Self.file, synchronously: synchronously)
      let hasRecovered = pending.withLock { pending in
        pending.written = state
        defer { pending.isFailing = false }
        return pending.isFailing
      }
      if hasRecovered { log.notice("The state can be saved again", metadata: ["directory": "\(directory.path)"]) }
    } catch {
      let isNew = pending.withLock { pending in
        pending.failures += 1
        defer { pending.isFailing = true }
        return !pending.isFailing
      }
      guard isNew else { return }
      log.warning(
        "The state cannot be saved: after a restart playback begins anew",
        metadata: ["directory": "\(directory.path)", "reason": "\(error)"])
    }
  }
}
