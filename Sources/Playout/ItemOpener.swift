import FFmpeg
import Media
import Synchronization

/// An item that is open and ready to be played.
// Sendable: it is handed from the thread that opened it to the player's, never used by both.
struct OpenItem: @unchecked Sendable {
  var item: PlaylistItem
  var index: Int
  var source: any FrameSource
}

/// Finds the next item that opens: resolves the playlist afresh, tries one item after another, remembers which are bad.
///
/// It blocks on disks and networks, so the player has it run on another thread, ahead of time.
package final class ItemOpener: Sendable {
  typealias Open = @Sendable (PlaylistItem, Interruption) throws(MediaError) -> any FrameSource

  /// Where to start looking.
  package enum Start: Hashable {
    case first
    case after(PlaylistItem, index: Int)
    case before(PlaylistItem, index: Int)
    /// This one, though it was bad before, or else one that follows.
    case index(Int)
    /// This one, wherever it is now, or else what is in its place.
    case item(PlaylistItem, index: Int)
  }

  struct Outcome {
    var count: Int
    /// nil when nothing that was asked for can be played.
    var opened: OpenItem?
    var skipped: [PlayerState.Skipped]

    /// Why nothing was opened, in words.
    var reason: String {
      if count == 0 { return "the playlist is empty" }
      guard let first = skipped.first else { return "the playlist is over" }
      let others = skipped.count == 1 ? "" : " (and \(skipped.count - 1) more)"
      return "\(first.item.name): \(first.reason)\(others)"
    }
  }

  private struct Failure {
    var stamp: FileStamp?
    var reason: String
    var time: MediaTime
    /// Only its end is missing.
    var isPlayable = false
  }

  /// A bad file that has not changed is tried again after this; it may have been the disk.
  static let retryInterval = MediaTime(seconds: 60)

  private let sources: Mutex<PlaylistSources>
  private let rescanInterval: MediaTime
  private let clock: any PlayoutClock
  private let journal: (any ItemJournal)?
  private let openItem: Open
  private let events: @Sendable (PlayerEvent) -> Void
  private let failures = Mutex<[MediaLocation: Failure]>([:])

  init(
    configuration: PlayerConfiguration, clock: any PlayoutClock, journal: (any ItemJournal)? = nil,
    open: @escaping Open,
    events: @escaping @Sendable (PlayerEvent) -> Void
  ) {
    sources = Mutex(configuration.sources)
    rescanInterval = configuration.rescanInterval
    self.clock = clock
    self.journal = journal
    openItem = open
    self.events = events
  }

  /// Looks for items there from now on.
  func change(sources: PlaylistSources) { self.sources.withLock { $0 = sources } }

  /// Opens the first item that can be, from `start` on.
  ///
  /// - Parameter wraps: whether the playlist is a ring.
  func open(from start: Start, wraps: Bool, interruption: Interruption) -> Outcome {
    // Of the item before the one that plays.
    ProcessHeap.trim()
    let playlist = Playlist(sources.withLock { $0 })
    forgetFailures(except: playlist)
    var opened: OpenItem?
    for index in Self.order(of: playlist, from: start, wraps: wraps) where opened == nil && !interruption.isRaised {
      let item = playlist.items[index]
      let stamp = FileStamp(path: item.url)
      if isKnownBad(item, stamp), start != .index(index) { continue }
      if let refusal = journal?.refusal(of: item.url) {
        note(item, reason: refusal, stamp: stamp)
        continue
      }
      let trial = ItemTrial(item.url, in: journal)
      defer { withExtendedLifetime(trial) {} }
      do {
        let source = try openItem(item, interruption)
        let content = source.description.stamp ?? stamp
        failures.withLock { failures in
          let isUnchanged = failures[item.url].map { $0.isPlayable && $0.stamp == content } ?? false
          if !isUnchanged { failures[item.url] = nil }
        }
        opened = OpenItem(item: item, index: index, source: source)
      } catch {
        if !interruption.isRaised { note(item, reason: error.description, stamp: stamp) }
      }
    }
    return Outcome(count: playlist.items.count, opened: opened, skipped: skipped(of: playlist))
  }

  /// Decodes the first picture of an item that is open.
  func warmUp(_ open: OpenItem, interruption: Interruption) {
    let trial = ItemTrial(open.item.url, in: journal)
    defer { withExtendedLifetime(trial) {} }
    open.source.warmUp(interruption: interruption)
  }

  /// Remembers that an item which did open is no good after all.
  ///
  /// - Parameters:
  ///   - stamp: what its file was when it was opened: another in its place has a clean record.
  ///   - isPlayable: whether it is worth playing all the same, as far as it goes.
  func note(_ item: PlaylistItem, reason: String, stamp: FileStamp?, isPlayable: Bool = false) {
    let failure = Failure(stamp: stamp, reason: reason, time: clock.now, isPlayable: isPlayable)
    let previous = failures.withLock { $0.updateValue(failure, forKey: item.url) }
    if previous?.reason != reason { events(.skipped(item, reason: reason)) }
  }

  private func isKnownBad(_ item: PlaylistItem, _ stamp: FileStamp?) -> Bool {
    guard let failure = failures.withLock({ $0[item.url] }), failure.stamp == stamp,
      !failure.isPlayable
    else { return false }
    return clock.now - failure.time < (stamp == nil ? rescanInterval : Self.retryInterval)
  }

  private func forgetFailures(except playlist: Playlist) {
    failures.withLock { failures in
      guard !failures.isEmpty else { return }
      let present = Set(playlist.items.map(\.url))
      failures = failures.filter { present.contains($0.key) }
    }
  }

  private func skipped(of playlist: Playlist) -> [PlayerState.Skipped] {
    let failures = failures.withLock { $0 }
    guard !failures.isEmpty else { return [] }
    let skipped = playlist.items.lazy.compactMap { item in
      failures[item.url].map { PlayerState.Skipped(item: item, reason: $0.reason) }
    }
    return Array(skipped.prefix(PlayerState.maximumSkipped))
  }

  /// The indices to try, in order.
  package static func order(of playlist: Playlist, from start: Start, wraps: Bool) -> [Int] {
    let count = playlist.items.count
    func placeOrOneBefore(_ item: PlaylistItem, _ index: Int) -> Int {
      playlist.place(of: item, index: index) ?? min(index, count) - 1
    }
    switch start {
    case .first: return Array(0..<count)
    case .index(let index):
      guard (0..<count).contains(index) else { return [] }
      return Array(index..<count) + (wraps ? Array(0..<index) : [])
    case .item(let item, let index):
      let place = playlist.place(of: item, index: index) ?? min(max(index, 0), count)
      return Array(place..<count) + (wraps ? Array(0..<place) : [])
    case .after(let item, let index):
      let next = placeOrOneBefore(item, index) + 1
      return Array(next..<count) + (wraps ? Array(0..<next) : [])
    case .before(let item, let index):
      // An item that is gone has its successor in its place.
      let place = max(placeOrOneBefore(item, index), 0)
      return (0..<min(place, count)).reversed() + (wraps ? (min(place, count)..<count).reversed() : [])
    }
  }
}
