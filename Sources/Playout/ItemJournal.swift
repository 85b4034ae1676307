import Media

/// Remembers, beyond the end of the process, which item was being begun when it ended.
///
/// An item is begun while it is opened, and again from its first packet until it has been on for a while. Called on
/// threads of the player.
public protocol ItemJournal: Sendable {
  /// Why `url` is not to be begun; nil: it may be.
  func refusal(of url: MediaLocation) -> String?

  /// Whether the process ended lately at an item that has not passed since: then one is begun at a time, so that the
  /// next end tells which it was.
  var isWary: Bool { get }

  /// Writes down that `url` is being begun, before it is, under the name that is returned; nil: there is no need to.
  func begin(_ url: MediaLocation) -> UInt64?

  /// It is not being begun any more.
  func suspend(_ name: UInt64)

  /// It has done no harm.
  func pass(_ name: UInt64)
}

/// One time that an item is begun: it ends when this is let go.
final class ItemTrial {
  /// An item that played on for so long is not the one that ended the process.
  static let length = MediaTime(seconds: 2)

  private let journal: any ItemJournal
  private let name: UInt64
  private var begin: MediaTime?
  private var hasPassed = false

  /// nil when there is no journal, or no need to write it.
  init?(_ url: MediaLocation, in journal: (any ItemJournal)?) {
    guard let journal, let name = journal.begin(url) else { return nil }
    self.journal = journal
    self.name = name
  }

  deinit {
    if !hasPassed { journal.suspend(name) }
  }

  /// A picture at `position` is there; whether that ends the trial.
  func passes(at position: MediaTime) -> Bool {
    let begin = self.begin ?? position
    self.begin = begin
    guard position - begin >= Self.length || position < begin else { return false }
    pass()
    return true
  }

  func pass() {
    hasPassed = true
    journal.pass(name)
  }
}
