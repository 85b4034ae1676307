import Dispatch
import Foundation
import Media
import SansIO
import Synchronization

/// Counts at which items Cupola ended, whatever ended it: a fault of its own, the kernel for want of memory, a watchdog.
///
/// What is being begun stands in a file of the state directory, which is not forced onto the disk: it survives the end of
/// the process, and that of the machine is nobody's fault. At the start, what stands there has ended Cupola once more,
/// if the machine has been on since. An item is a number made of its URL and of what its file looks like, so a file that
/// is replaced has a clean record. A proper stop clears all.
public final class TrialRecord: Sendable {
  /// So many ends in a row, and the item is skipped.
  public static let patience = 3

  private struct Contents: Hashable, Codable {
    var boot = ""
    /// How often each item has ended Cupola since it last passed.
    var ends: [UInt64: Int] = [:]
    /// What is being begun.
    var underway: Set<UInt64> = []
  }

  private struct State {
    var contents = Contents()
    /// How often each item is being begun at this moment.
    var begun: [UInt64: Int] = [:]
    /// Those that passed in this run: they need no record.
    var passed: Set<UInt64> = []
    /// After a proper stop nothing is written down any more.
    var isClosed = false
  }

  private static let file = "trials"
  private static let maximumCount = 256
  private static let maximumPassed = 4096
  /// How long the player waits at most for a disk that does not answer.
  private static let diskPatience = DispatchTimeInterval.milliseconds(50)

  private let directory: StateDirectory
  /// What is written is as it is at that moment.
  private let queue = LatestWins(label: "trials")
  private let state = Mutex(State())

  /// - Parameter boot: which run of the machine it is; nil: nobody can tell, so nothing is held against anybody.
  public init(in directory: StateDirectory, boot: String?) {
    self.directory = directory
    var contents = Contents()
    if let boot, let text = directory.read(Self.file),
      let found = try? JSONDecoder().decode(Contents.self, from: Data(text.utf8)), found.boot == boot
    {
      contents = found
      for name in found.underway { contents.ends[name] = min(contents.ends[name] ?? 0, Self.patience) + 1 }
      while contents.ends.count > Self.maximumCount, let least = contents.ends.min(by: { $0.value < $1.value }) {
        contents.ends[least.key] = nil
      }
    }
    contents.boot = boot ?? ""
    contents.underway = []
    let read = contents
    state.withLock { $0.contents = read }
    write()
  }

  public func refusal(of url: MediaLocation) -> String? {
    let name = Self.name(of: url)
    guard state.withLock({ $0.contents.ends[name] ?? 0 }) >= Self.patience else { return nil }
    return "Cupola ended \(Self.patience) times while it began with it; it is tried again when it has changed, "
      + "or after a proper restart"
  }

  public var isWary: Bool { state.withLock { !$0.contents.ends.isEmpty } }

  public func begin(_ url: MediaLocation) -> UInt64? {
    let name = Self.name(of: url)
    let isNeeded = state.withLock { state in
      guard !state.isClosed, !state.passed.contains(name) else { return false }
      state.begun[name, default: 0] += 1
      state.contents.underway.insert(name)
      return true
    }
    guard isNeeded else { return nil }
    write()
    return name
  }

  public func suspend(_ name: UInt64) {
    state.withLock { Self.end(name, in: &$0) }
    writeSoon()
  }

  public func pass(_ name: UInt64) {
    state.withLock { state in
      Self.end(name, in: &state)
      state.contents.ends[name] = nil
      if state.passed.count >= Self.maximumPassed { state.passed.removeAll() }
      state.passed.insert(name)
    }
    writeSoon()
  }

  /// Cupola is being stopped as it should be: nothing is held against anybody.
  public func close() {
    state.withLock { state in
      state.isClosed = true
      state.contents.ends = [:]
      state.contents.underway = []
    }
    write()
  }

  /// Returns when all that is known stands on the disk, however long that takes.
  public func finishWriting() { queue.flush(within: nil) }

  private static func end(_ name: UInt64, in state: inout State) {
    let left = (state.begun[name] ?? 1) - 1
    state.begun[name] = left > 0 ? left : nil
    if left <= 0 { state.contents.underway.remove(name) }
  }

  private static func name(of url: MediaLocation) -> UInt64 {
    var status = stat()
    var stamp = ""
    if let path = url.systemPath, unsafe stat(path, &status) == 0 {
      stamp = "\(status.st_size) \(status.st_mtim.tv_sec) \(status.st_mtim.tv_nsec)"
    }
    return FNV1a.hash(url.bytes + Array("\n\(stamp)".utf8))
  }

  // MARK: - The file

  /// Writes, and waits until that is done or the disk has had its time.
  private func write() {
    writeSoon()
    queue.flush(within: Self.diskPatience)
  }

  private func writeSoon() {
    queue.offer { [self] in
      let contents = state.withLock { $0.contents }
      let text = (try? JSONEncoder().encode(contents)).map { String(decoding: $0, as: UTF8.self) } ?? ""
      // A disk that takes nothing is complained of by `StateKeeper`.
      try? directory.write(text, to: Self.file, synchronously: false)
    }
  }
}
