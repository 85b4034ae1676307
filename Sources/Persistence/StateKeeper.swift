import Clocks
import Dispatch
import Foundation
import Logging
import Synchronization

/// Keeps `SavedState` on disk. Nobody waits for the disk: what is to be written waits on a queue, where only the latest
/// counts, and a disk that is full or read-only costs a warning.
public final class StateKeeper: Sendable {
  private struct Progress {
    var written: SavedState?
    var lastSync: Int64 = 0
    var failures: UInt64 = 0
    var isFailing = false
  }

  static let file = "state"
  public let directory: StateDirectory
  private let log: Logger
  private let queue = LatestWins(label: "state")
  private let progress = Mutex(Progress())

  /// What is only a position is forced onto the disk so often; a crash of Cupola alone loses nothing in between.
  private static let syncInterval: Int64 = 30_000_000_000

  public init(directory: StateDirectory, log: Logger) {
    self.directory = directory
    self.log = log
  }

  /// Writes that failed since the start.
  public var failures: UInt64 { progress.withLock { $0.failures } }

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
    // What is being written is another one, maybe.
    guard queue.isAtWork || progress.withLock({ $0.written != state }) else { return }
    queue.offer { [self] in write(state, synchronously: isImportant(state)) }
  }

  /// Writes `state` before it returns, or gives up after a second.
  public func saveNow(_ state: SavedState) {
    queue.flush(within: .seconds(1)) { [self] in write(state, synchronously: true) }
  }

  private func isImportant(_ state: SavedState) -> Bool {
    progress.withLock { progress in
      let now = MonotonicTime.now
      var samePlace = state
      samePlace.position = progress.written?.position ?? -1
      let isImportant = samePlace != progress.written || now - progress.lastSync > Self.syncInterval
      if isImportant { progress.lastSync = now }
      return isImportant
    }
  }

  private func write(_ state: SavedState, synchronously: Bool) {
    do {
      try directory.write(state.text, to: Self.file, synchronously: synchronously)
      let hasRecovered = progress.withLock { progress in
        progress.written = state
        defer { progress.isFailing = false }
        return progress.isFailing
      }
      if hasRecovered { log.notice("The state can be saved again", metadata: ["directory": "\(directory.path)"]) }
    } catch {
      let isNew = progress.withLock { progress in
        progress.failures += 1
        defer { progress.isFailing = true }
        return !progress.isFailing
      }
      guard isNew else { return }
      log.warning(
        "The state cannot be saved: after a restart playback begins anew",
        metadata: ["directory": "\(directory.path)", "reason": "\(error)"])
    }
  }
}
