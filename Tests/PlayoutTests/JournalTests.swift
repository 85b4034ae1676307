import FFmpeg
import Media
import Playout
import Synchronization
import Testing

/// What the player writes down of the items that it begins.
@Suite struct JournalTests {
  /// Keeps everything in the order in which it came.
  final class Journal: ItemJournal {
    private let log = Mutex<[String]>([])
    private let refused: Set<MediaLocation>
    let isWary: Bool

    init(refused: Set<MediaLocation> = [], isWary: Bool = false) {
      self.refused = refused
      self.isWary = isWary
    }

    var entries: [String] { log.withLock { $0 } }
    func refusal(of url: MediaLocation) -> String? { refused.contains(url) ? "it is refused" : nil }
    private func name(_ url: MediaLocation) -> UInt64 { UInt64(url.bytes.last ?? 0) }
    private func letter(_ name: UInt64) -> String { String(UnicodeScalar(UInt8(name))) }
    func begin(_ url: MediaLocation) -> UInt64? {
      log.withLock { $0.append("begin \(letter(name(url)))") }
      return name(url)
    }
    func suspend(_ name: UInt64) { log.withLock { $0.append("suspend \(letter(name))") } }
    func pass(_ name: UInt64) { log.withLock { $0.append("pass \(letter(name))") } }
  }

  private func harness(_ journal: Journal, _ names: [String], frames: Int) -> PlayerHarness {
    PlayerHarness(names, journal: journal) { _, _ throws(MediaError) in
      ScriptedSource(clock: VirtualClock(), count: frames)
    }
  }

  @Test func `an item is begun before it is opened, again before it is decoded, and passes after two seconds`() {
    let journal = Journal()
    let harness = harness(journal, ["a"], frames: 600)
    harness.clock.run(to: 1.5)
    #expect(journal.entries == ["begin a", "suspend a", "begin a"])
    harness.clock.run(to: 2.5)
    #expect(journal.entries == ["begin a", "suspend a", "begin a", "pass a"])
  }

  @Test func `a short item passes at its end`() {
    let journal = Journal()
    let harness = harness(journal, ["a", "b"], frames: 15)
    harness.clock.run(to: 0.7)
    #expect(journal.entries.contains("pass a"))
  }

  @Test func `one that is left early is begun no more, and has not passed`() {
    let journal = Journal()
    let harness = harness(journal, ["a", "b"], frames: 600)
    harness.clock.run(to: 0.5)
    harness.player.next()
    harness.clock.run(to: 1)
    #expect(
      journal.entries == ["begin a", "suspend a", "begin a", "begin b", "suspend b", "begin b", "suspend a"]
        || journal.entries == ["begin a", "suspend a", "begin a", "begin b", "suspend b", "suspend a", "begin b"])
  }

  @Test func `after an end of the process the next item is not opened before this one has passed`() {
    for isWary in [false, true] {
      let journal = Journal(isWary: isWary)
      let harness = harness(journal, ["a", "b"], frames: 90)
      // What is decoded is a few frames ahead of what is on.
      harness.clock.run(to: 1.7)
      #expect(journal.entries.contains("begin b") == !isWary)
      harness.clock.run(to: 2.9)
      #expect(journal.entries.contains("begin b"))
    }
  }

  @Test func `an item that is refused is named and not even opened, not when it is asked for either`() {
    let journal = Journal(refused: ["script://a"])
    let harness = harness(journal, ["a", "b"], frames: 600)
    harness.clock.run(to: 0.5)
    harness.player.go(to: 0)
    harness.clock.run(to: 1)
    #expect(harness.player.state.item?.url == "script://b")
    #expect(harness.player.state.skipped.map(\.reason) == ["it is refused"])
    #expect(!journal.entries.contains("begin a"))
  }
}
