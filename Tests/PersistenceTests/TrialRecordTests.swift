import Media
import Foundation
import Persistence
import Testing

@Suite struct TrialRecordTests {
  private let folder: TemporaryFolder
  private let film: MediaLocation
  private let last = Last()

  /// The record of the run before, whose writing ends with it.
  private final class Last {
    var record: TrialRecord?
  }

  init() throws {
    folder = try TemporaryFolder()
    film = MediaLocation(try folder.write("a film", to: "film.mp4"))
  }

  private func start(boot: String? = "one") -> TrialRecord {
    last.record?.finishWriting()
    let record = TrialRecord(in: StateDirectory(configured: folder["state"]), boot: boot)
    last.record = record
    return record
  }

  @Test func `an item at which it ended three times in one run of the machine is refused, with a reason`() {
    for _ in 0..<3 {
      let record = start()
      #expect(record.refusal(of: film) == nil)
      #expect(record.begin(film) != nil)
    }
    let record = start()
    #expect(record.refusal(of: film)?.contains("3 times") == true)
    #expect(record.refusal(of: MediaLocation(folder["other.mp4"])) == nil)
    #expect(record.isWary)
  }

  @Test func `a plug that is pulled blames nobody, and forgets who was blamed`() {
    for boot in ["one", "two", "three", "four", "five"] { _ = start(boot: boot).begin(film) }
    #expect(start(boot: "five").refusal(of: film) == nil)
    for _ in 0..<4 { _ = start(boot: "six").begin(film) }
    #expect(start(boot: "six").refusal(of: film) != nil)
    #expect(start(boot: "seven").refusal(of: film) == nil)
  }

  @Test func `where nobody can tell whether the machine was on, nobody is blamed`() {
    for _ in 0..<5 { _ = start(boot: nil).begin(film) }
    #expect(start(boot: nil).refusal(of: film) == nil)
  }

  @Test func `a kill or two are forgiven once the item has passed`() throws {
    for _ in 0..<10 {
      _ = start().begin(film)
      _ = start().begin(film)
      let record = start()
      #expect(record.isWary)
      record.pass(try #require(record.begin(film)))
      #expect(!record.isWary && record.refusal(of: film) == nil)
    }
  }

  @Test func `a proper stop clears all`() {
    for _ in 0..<2 { _ = start().begin(film) }
    let record = start()
    _ = record.begin(film)
    record.close()
    _ = start().begin(film)
    #expect(start().refusal(of: film) == nil)
  }

  @Test func `what is not being begun is not blamed`() throws {
    for _ in 0..<5 {
      let record = start()
      record.suspend(try #require(record.begin(film)))
      record.pass(try #require(record.begin(MediaLocation(folder["other.mp4"]))))
      // What has passed in this run needs no record.
      #expect(record.begin(MediaLocation(folder["other.mp4"])) == nil)
    }
    #expect(start().refusal(of: film) == nil && start().refusal(of: MediaLocation(folder["other.mp4"])) == nil)
  }

  @Test func `an item that is begun twice at a time is blamed until both are over`() throws {
    for _ in 0..<3 {
      let record = start()
      _ = record.begin(film)
      record.suspend(try #require(record.begin(film)))
    }
    #expect(start().refusal(of: film) != nil)
  }

  @Test func `a file that is replaced has a clean record`() throws {
    for _ in 0..<3 { _ = start().begin(film) }
    #expect(start().refusal(of: film) != nil)
    try folder.write("another film", to: "film.mp4")
    #expect(start().refusal(of: film) == nil)
  }

  @Test(arguments: ["", "{", "[]", #"{"boot":"one","ends":[1],"underway":[]}"#, "\u{0}\u{0}"])
  func `a record that is damaged is none`(text: String) throws {
    _ = start()
    try folder.write(text, to: "state/trials")
    #expect(start().refusal(of: film) == nil)
    for _ in 0..<3 { _ = start().begin(film) }
    #expect(start().refusal(of: film) != nil)
  }

  @Test func `it stays short, whatever is begun`() throws {
    for run in 0..<10 {
      let record = start()
      for item in 0..<100 { _ = record.begin(MediaLocation("/nowhere/\(run)/\(item)")) }
    }
    _ = start()
    #expect(try Data(contentsOf: URL(fileURLWithPath: folder["state/trials"])).count < 16 << 10)
  }

  @Test func `runs of the machine are told apart by the kernel, or by a folder that goes with the power`() throws {
    #expect(BootIdentity.current(kernelFile: try folder.write("abc\n", to: "id"), runtimeDirectory: nil) == "abc")
    #expect(BootIdentity.current(kernelFile: "/nowhere", runtimeDirectory: nil) == nil)
    let first = BootIdentity.current(kernelFile: "/nowhere", runtimeDirectory: folder["run"])
    #expect(first != nil)
    #expect(BootIdentity.current(kernelFile: "/nowhere", runtimeDirectory: folder["run"]) == first)
    try FileManager.default.removeItem(atPath: folder["run"])
    #expect(BootIdentity.current(kernelFile: "/nowhere", runtimeDirectory: folder["run"]) != first)
  }
}
