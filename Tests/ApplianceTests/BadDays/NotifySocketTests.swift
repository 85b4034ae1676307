import Foundation
import Glibc
import Testing

extension WholeApplianceTests {
  @Suite struct NotifySocketTests {
    private static let failures = "cupola_notify_failures_total"

    /// What systemd sets for a service.
    private func environment(_ socket: String) -> [String: String] {
      ["NOTIFY_SOCKET": socket, "WATCHDOG_USEC": "10000000"]
    }

    @Test func `when systemd's socket goes away it plays on and counts`() async throws {
      let folder = try TemporaryFolder()
      let supervisor = try DeafSupervisor(at: folder["notify"])
      let server = try await CupolaProcess.start(in: folder, environment: environment(supervisor.path))
      let (isReady, said) = supervisor.receive { $0.contains("READY=1") && $0.contains("WATCHDOG=1") }
      #expect(isReady, "\(said)")
      let player = try await server.watch(seed: 120)
      #expect(try server.metric(Self.failures) == 0)

      supervisor.unlink()
      let failures = try server.metric(Self.failures, while: player) { $0 >= 5 } ?? 0
      print("notifications that failed: \(failures)")
      #expect(failures >= 5)
      #expect(player.seesMore(30))
      #expect(try await server.health().status == "ok")
      #expect(try await server.request("GET", "readyz").status == 200)

      // A new one in its place is found.
      let next = try DeafSupervisor(at: folder["notify"])
      let (isFed, fed) = next.receive { $0.contains("WATCHDOG=1") }
      #expect(isFed, "\(fed)")
      #expect(player.seesMore(10))
      #expect(server.isWithoutAlarm)
      let ending = await server.end(by: SIGTERM)
      #expect(ending.exit == .code(0))
      #expect(ending.after.map { $0 < .seconds(2) } == true)
      #expect(next.receive { $0.contains { $0.hasPrefix("STOPPING=1") } }.isDone)
    }

    @Test(arguments: ["/nonexistent/notify", "@cupola-nobody-listens", "nonsense"])
    func `a socket that was never there costs a count`(socket: String) async throws {
      let server = try await CupolaProcess.start(environment: environment(socket))
      let player = try await server.watch(seed: 121)
      let failures = try server.metric(Self.failures, while: player) { $0 >= 3 } ?? 0
      #expect(failures >= 3)
      #expect(player.seesMore(10))
      #expect(try await server.request("GET", "readyz").status == 200)
      #expect(server.isWithoutAlarm)
      let ending = await server.end(by: SIGTERM)
      #expect(ending.exit == .code(0))
      #expect(ending.after.map { $0 < .seconds(2) } == true)
    }

    @Test func `a systemd that reads nothing makes nobody wait but the supervisor`() async throws {
      let folder = try TemporaryFolder()
      let supervisor = try DeafSupervisor(at: folder["notify"])
      let server = try await CupolaProcess.start(in: folder, environment: environment(supervisor.path))
      let player = try await server.watch(seed: 122)
      #expect(server.hasLogged("Ready"))
      // The queue of a datagram socket is short, and it is fed twice a second: full when a thread waits in `sendmsg`.
      let end = ContinuousClock.now + .seconds(60)
      while try !isWaiting("supervisor", of: server) {
        try #require(player.seesMore(1))
        try #require(ContinuousClock.now < end, "the supervisor never waited")
      }
      let began = ContinuousClock.now
      #expect(player.seesMore(60))
      #expect(try await server.request("GET", "healthz").status == 200)
      #expect(try await server.request("GET", "metrics").status == 200)
      #expect(try await server.operate("PUT", "api/v1/programme", #"{"preset":2}"#).status == 200)
      let second = try await server.watch(seed: 123)
      second.close()
      #expect(player.seesMore(10))
      #expect(try isWaiting("supervisor", of: server))
      print("at work for \((ContinuousClock.now - began) / .milliseconds(1)) ms while the notify socket was full")

      // It goes on where it was when somebody reads again.
      let (isFed, _) = supervisor.receive { $0.count { $0 == "WATCHDOG=1" } > 15 }
      #expect(isFed)
      #expect(server.isWithoutAlarm)

      // And it ends in time although nobody reads.
      let unread = try DeafSupervisor(at: folder["other"])
      let other = try await CupolaProcess.start(environment: environment(unread.path))
      let viewer = try await other.watch(seed: 124)
      while try !isWaiting("supervisor", of: other) {
        try #require(viewer.seesMore(1))
        try #require(ContinuousClock.now < end + .seconds(60), "the supervisor never waited")
      }
      let ending = await other.end(by: SIGTERM)
      #expect(ending.exit == .code(0))
      #expect(ending.after.map { $0 < .seconds(2) } == true, "\(String(describing: ending.after))")
      #expect(unread.messages().contains("READY=1"))
    }

    /// Whether the thread is in a `sendmsg` that does not return.
    private func isWaiting(_ thread: String, of server: CupolaProcess) throws -> Bool {
      let tasks = "/proc/\(try #require(server.processID))/task"
      for task in try FileManager.default.contentsOfDirectory(atPath: tasks) {
        let name = try? String(contentsOfFile: "\(tasks)/\(task)/comm", encoding: .utf8)
        guard name == thread + "\n" else { continue }
        // sendmsg(2) is call 46 on x86-64, 211 on arm64 (syscalls(2)).
        let call = try String(contentsOfFile: "\(tasks)/\(task)/syscall", encoding: .utf8)
        return call.hasPrefix("46 ") || call.hasPrefix("211 ")
      }
      return false
    }
  }
}
