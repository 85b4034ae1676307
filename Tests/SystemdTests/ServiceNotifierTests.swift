import Foundation
import Glibc
import Heartbeats
import NotifySocket
import Synchronization
import Systemd
import Testing

/// Against a socket that stands in for systemd's. The environment belongs to the whole process, so one after another.
@Suite(.serialized) struct ServiceNotifierTests {
  /// Sets up what systemd sets up for a service.
  private func withSocket(_ body: (NotifySocket, ServiceNotifier) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("cupola-notify-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let socket = NotifySocket(at: folder.appendingPathComponent("notify").path)
    setenv("NOTIFY_SOCKET", socket.path, 1)
    setenv("WATCHDOG_USEC", "10000000", 1)
    defer {
      unsetenv("NOTIFY_SOCKET")
      unsetenv("WATCHDOG_USEC")
      socket.close()
      try? FileManager.default.removeItem(at: folder)
    }
    try body(socket, ServiceNotifier())
  }

  @Test func `every state of a service is told in systemd's words`() throws {
    try withSocket { socket, notifier in
      #expect(notifier.isSupervised)
      notifier.ready()
      notifier.status("playing beach.mp4, 2 of 14; front;\n3 viewers")
      notifier.reloading(at: 5_000_000)
      notifier.ready()
      notifier.stopping()
      let messages = try #require(
        socket.wait(seconds: 10) { $0.contains { $0.fields.contains("STOPPING=1") } ? $0 : nil })
      #expect(
        messages.flatMap(\.fields) == [
          "READY=1", "STATUS=playing beach.mp4, 2 of 14; front; 3 viewers", "RELOADING=1", "MONOTONIC_USEC=5000",
          "READY=1", "STOPPING=1", "STATUS=stopping",
        ])
      #expect(notifier.failures == 0)
    }
  }

  @Test func `the same sentence is not told twice`() throws {
    try withSocket { socket, notifier in
      for sentence in ["one", "one", "two"] {
        notifier.status(sentence)
        #expect(socket.wait(for: "STATUS=\(sentence)", seconds: 10))
      }
      notifier.ready()
      #expect(socket.wait(for: "READY=1", seconds: 10))
      #expect(socket.messages.flatMap(\.fields) == ["STATUS=one", "STATUS=two", "READY=1"])
    }
  }

  @Test func `without a socket, and when it is gone, it is counted and nothing else`() throws {
    try withSocket { socket, notifier in
      socket.close()
      for _ in 0..<3 { notifier.feedWatchdog() }
      #expect(notifier.failures == 3)
    }
    let notifier = ServiceNotifier()
    #expect(!notifier.isSupervised)
    notifier.feedWatchdog()
    #expect(notifier.failures == 0)
  }

  @Test func `the watchdog is fed while everything moves, and asked for a restart by name when something does not`()
    throws
  {
    try withSocket { socket, notifier in
      let (decoder, server) = (Heartbeat("decoder"), Heartbeat("web server"))
      decoder.expect(by: 0)
      server.rest(.nothingToSend)
      let now = Atomic<Int64>(0)
      let reports = Mutex<[Supervisor.Report]>([])
      let supervisor = Supervisor(stages: [decoder, server], notifier: notifier) {
        now.load(ordering: .relaxed)
      } report: { report in
        reports.withLock { $0.append(report) }
      }
      var round = Supervisor.Round()
      func look(to end: Int64) {
        while now.load(ordering: .relaxed) < end {
          supervisor.look(&round)
          now.add(500_000_000, ordering: .relaxed)
        }
      }
      look(to: Supervision.limit)
      #expect(reports.withLock { $0 }.isEmpty && supervisor.stalledStage == nil)
      let fed = socket.wait(seconds: 10) { $0.count == 12 ? $0 : nil }
      #expect(fed?.allSatisfy { $0.fields == ["WATCHDOG=1"] } == true)

      look(to: Supervision.limit + 3_000_000_000)
      #expect(supervisor.stalledStage == "decoder")
      guard case .stalled(let stall) = reports.withLock({ $0 }).first else { throw Failure() }
      #expect(stall.stage == "decoder" && reports.withLock { $0 }.count == 1)
      // Asked once, and not fed from then on.
      let asked = socket.wait(seconds: 10) { $0.last?.fields == ["WATCHDOG=trigger"] ? $0.count : nil }
      #expect(asked == 13 || asked == 14)

      decoder.beat(next: .max - 1)
      look(to: Supervision.limit + 4_000_000_000)
      #expect(reports.withLock { $0 }.last == .recovered && supervisor.stalledStage == nil)
      #expect(socket.wait(seconds: 10) { $0.last?.fields == ["WATCHDOG=1"] ? true : nil } == true)
    }
  }

  struct Failure: Error {}
}
