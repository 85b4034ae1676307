import Foundation
import Testing

extension WholeApplianceTests {
  @Suite struct SilentConnectionTests {
    private static let closed = #"cupola_http_connections_closed_total{reason="timeout"}"#

    /// Waits until the server has as many descriptors as before, but for the two that its own health probe takes now and
    /// then.
    private func expectDescriptors(_ before: Int, of server: CupolaProcess, while player: LoopbackPlayer) throws {
      for _ in 0..<300 where try server.facts().descriptors > before + 2 { #expect(player.seesMore(1)) }
      let after = try server.facts().descriptors
      print("descriptors: \(before) before, \(after) after")
      let sockets = try server.sockets()
      #expect(after <= before + 2, "\(sockets)")
    }

    /// Waits until the server has closed all of them; whether it did, while the player sees the picture.
    private func areClosed(_ crowd: [RawConnection], while player: LoopbackPlayer) -> Bool {
      let end = ContinuousClock.now + .seconds(40)
      for connection in crowd {
        while !connection.hears(within: .zero) {
          guard ContinuousClock.now < end, player.seesMore(1) else { return false }
        }
      }
      return true
    }

    @Test func `500 connections that say nothing keep nobody from watching, and are closed in time`() async throws {
      let server = try await CupolaProcess.start()
      let first = try await server.watch(seed: 140)
      let before = try server.facts().descriptors
      let began = ContinuousClock.now
      let crowd = try (0..<500).map { _ in try RawConnection(to: server.ports.http) }
      let open = try server.metric("cupola_http_connections", while: first) { $0 >= 500 }
      #expect(open ?? 0 >= 500)

      let second = try await server.watch("back", seed: 141)
      #expect(second.seesMore(30))
      #expect(first.seesMore(30))
      #expect(try server.ask("healthz")?.hasPrefix("HTTP/1.1 200 ") == true)
      second.close()

      #expect(areClosed(crowd, while: first))
      let took = ContinuousClock.now - began
      print("500 silent connections were closed after \(took / .seconds(1)) s")
      #expect(took > .seconds(14) && took < .seconds(25))
      #expect(try server.metric(Self.closed, while: first) { $0 >= 500 } == 500)
      try expectDescriptors(before, of: server, while: first)
      #expect(first.frames.count > 200)
      #expect(server.isWithoutAlarm)
    }

    @Test func `where the system allows few open files, fewer connections are taken, and who asks is answered`()
      async throws
    {
      let server = try await CupolaProcess.start(launcher: ["/usr/bin/prlimit", "--nofile=300:300"])
      #expect(server.log.contains("too few open files (ulimit -n) for all connections (connections 64 of 512)"))
      let crowd = try (0..<400).map { _ in try RawConnection(to: server.ports.http) }
      for _ in 0..<5 { #expect(try server.ask("healthz") != nil) }
      let open = try server.metric("cupola_http_connections") ?? 0
      #expect(open <= 64 + 16)
      #expect(!server.log.contains("a connection was not accepted"))
      #expect(crowd.count == 400)
    }

    @Test func `600 take every place and give it to whoever has something to say`() async throws {
      let folder = try TemporaryFolder()
      let supervisor = try DeafSupervisor(at: folder["notify"])
      let server = try await CupolaProcess.start(
        in: folder, environment: ["NOTIFY_SOCKET": supervisor.path, "WATCHDOG_USEC": "10000000"])
      let player = try await server.watch(seed: 142)
      let before = try server.facts().descriptors
      let began = ContinuousClock.now
      let crowd = try (0..<600).map { _ in try RawConnection(to: server.ports.http) }
      // Who comes behind all of those has to wait until they have been accepted.
      _ = try server.ask("healthz")
      for _ in 0..<20 {
        let asked = ContinuousClock.now
        let answer = try server.ask("healthz") ?? ""
        #expect(ContinuousClock.now - asked < .milliseconds(500))
        #expect(answer.hasPrefix("HTTP/1.1 200 "))
        #expect(answer.contains(#""status":"ok""#))
      }
      #expect(player.seesMore(90))

      #expect(areClosed(crowd, while: player))
      print("600 silent connections were closed after \((ContinuousClock.now - began) / .seconds(1)) s")
      let displaced = try server.metric(#"cupola_http_connections_closed_total{reason="displaced"}"#) ?? 0
      let timedOut = try server.metric(Self.closed, while: player) { $0 + displaced >= 600 } ?? 0
      #expect(displaced >= 72 && displaced + timedOut == 600)
      try expectDescriptors(before, of: server, while: player)
      #expect(try server.ask("healthz")?.hasPrefix("HTTP/1.1 200 ") == true)
      #expect(server.isWithoutAlarm)
      #expect(!supervisor.messages().contains("WATCHDOG=trigger"))
    }
  }
}
