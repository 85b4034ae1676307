import Logging
import Synchronization
import Systemd
import Testing

@Suite struct LogHandlerTests {
  /// Keeps what is logged.
  private struct Recorder: LogHandler {
    final class Lines: Sendable {
      let events = Mutex<[LogEvent]>([])
    }
    let lines = Lines()
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.info

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
      get { metadata[key] }
      set { metadata[key] = newValue }
    }

    func log(event: LogEvent) { lines.events.withLock { $0.append(event) } }
  }

  @Test func `a message that repeats is let through so often a minute, and the rest is counted`() {
    let recorder = Recorder()
    let now = Atomic<Int64>(0)
    let log = Logger(label: "test") { _ in
      RateLimitedLogHandler(recorder) { now.load(ordering: .relaxed) }
    }
    for viewer in 0..<1000 { log.warning("A viewer was refused", metadata: ["viewer": "\(viewer)"]) }
    log.warning("Something else")
    var events = recorder.lines.events.withLock { $0 }
    #expect(events.count == RateLimitedLogHandler.burst + 1)
    #expect(events.last?.message == "Something else")

    now.store(61_000_000_000, ordering: .relaxed)
    log.warning("A viewer was refused")
    events = recorder.lines.events.withLock { $0 }
    #expect(events.last?.metadata?["leftOut"] == .string("\(1000 - RateLimitedLogHandler.burst)"))
  }

  @Test func `messages that are all different do not make it grow`() {
    let recorder = Recorder()
    let log = Logger(label: "test") { _ in RateLimitedLogHandler(recorder) { 0 } }
    for number in 0..<10_000 { log.warning("message \(number)") }
    // Beyond those that are remembered all count as one.
    #expect(recorder.lines.events.withLock { $0 }.count < 300)
  }

  @Test(arguments: [
    ("item", "CUPOLA_ITEM"), ("uncleanStarts", "CUPOLA_UNCLEAN_STARTS"), ("a b=c\n", "CUPOLA_A_B_C_"),
    ("größe", "CUPOLA_GR__E"),
  ])
  func `fields have names that the journal takes`(name: String, field: String) {
    #expect(Journal.fieldName(name) == field)
  }
}
