import Foundation
import Testing

extension WholeApplianceTests {
  /// Machines that take what they can, against one that only wants to watch; each in a network of its own.
  @Suite(.enabled(if: NetworkNamespace.isAllowed, "needs root")) struct FairnessTests {
    /// Three machines: the server's has 10.99.1.1 towards the first of the others and 10.99.2.1 towards the second.
    private func machines() async throws -> (
      server: NetworkNamespace, greedy: NetworkNamespace, honest: NetworkNamespace
    ) {
      let (server, greedy, honest) = (
        try await NetworkNamespace(), try await NetworkNamespace(), try await NetworkNamespace()
      )
      for (number, other) in [(1, greedy), (2, honest)] {
        try server.connect("lan\(number)", to: other)
        try server.ip("address add 10.99.\(number).1/24 dev lan\(number)")
        try other.ip("address add 10.99.\(number).2/24 dev lan")
      }
      try server.ip("link set lo up")
      return (server, greedy, honest)
    }

    /// How long an answer takes that comes over a connection of its own; nil: it does not come, or is no success.
    private func time(
      _ request: String, _ status: String, at host: String, of server: CupolaProcess, in room: NetworkNamespace
    ) async throws -> Duration? {
      try await room.inside {
        let began = ContinuousClock.now
        let connection = try RawConnection(to: server.ports.http, at: host)
        connection.send(request)
        guard connection.hears(within: .seconds(5)) else { return nil }
        let took = ContinuousClock.now - began
        return connection.received().hasPrefix("HTTP/1.1 \(status) ") ? took : nil
      }
    }

    private func health(at host: String) -> String {
      "GET /healthz HTTP/1.1\r\nHost: \(host)\r\nConnection: close\r\n\r\n"
    }

    private func webSocket(at host: String) -> String {
      """
      GET /ws HTTP/1.1\r
      Host: \(host)\r
      Upgrade: websocket\r
      Connection: Upgrade\r
      Sec-WebSocket-Version: 13\r
      Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r
      Sec-WebSocket-Protocol: cupola.v1\r
      \r

      """
    }

    private func join(at host: String) throws -> String {
      let offer = try LoopbackPlayer(seed: 180).offer
      return """
        POST /whep/programme HTTP/1.1\r
        Host: \(host)\r
        Connection: close\r
        Content-Type: application/sdp\r
        Content-Length: \(offer.utf8.count)\r
        \r
        \(offer)
        """
    }

    @Test func `600 quiet connections and 300 sockets of one machine keep nobody out, nor blind the watchdog`()
      async throws
    {
      let machines = try await machines()
      let folder = try TemporaryFolder()
      try TestCardClip.makePlain(at: folder["clip.mp4"])
      let supervisor = try DeafSupervisor(at: folder["notify"])
      let server = try await CupolaProcess.start(
        playing: [folder["clip.mp4"]], in: folder, host: "0.0.0.0",
        environment: ["NOTIFY_SOCKET": supervisor.path, "WATCHDOG_USEC": "10000000"],
        launcher: machines.server.launcher)
      let (isReady, said) = supervisor.receive { $0.contains("READY=1") }
      #expect(isReady, "\(said)")
      let (near, far) = ("10.99.1.1", "10.99.2.1")
      let (health, socket) = (health(at: near), webSocket(at: near))
      nonisolated(unsafe) var crowd: [RawConnection] = []
      for kind in ["quiet", "sockets"] {
        crowd += try await machines.greedy.inside {
          try (0..<(kind == "quiet" ? 600 : 300)).map { _ in
            let connection = try RawConnection(to: server.ports.http, at: near)
            if kind == "sockets" { connection.send(socket) }
            return connection
          }
        }
        // Who comes behind all of those has to wait until they have been accepted.
        _ = try await time(self.health(at: far), "200", at: far, of: server, in: machines.honest)
        let took = try #require(
          try await time(self.health(at: far), "200", at: far, of: server, in: machines.honest), "\(kind)")
        let tookNear = try #require(try await time(health, "200", at: near, of: server, in: machines.greedy), "\(kind)")
        let tookJoin = try #require(
          try await time(join(at: far), "201", at: far, of: server, in: machines.honest), "\(kind)")
        let tookSocket = try #require(
          try await time(webSocket(at: far), "101", at: far, of: server, in: machines.honest), "\(kind)")
        print("with the \(kind): health \(took), from there \(tookNear), join \(tookJoin), socket \(tookSocket)")
        #expect(took < .milliseconds(500) && tookNear < .milliseconds(500))
        #expect(tookJoin + tookSocket < .seconds(1))
      }
      // For longer than the watchdog's limit, in which the probe's answers count.
      let beats = try await machines.server.inside {
        try server.metric(#"cupola_stage_beats_total{stage="web server"}"#)
      }
      let end = ContinuousClock.now + .seconds(9)
      while ContinuousClock.now < end {
        #expect(try await time(self.health(at: far), "200", at: far, of: server, in: machines.honest) != nil)
      }
      let later = try await machines.server.inside {
        try server.metric(#"cupola_stage_beats_total{stage="web server"}"#)
      }
      #expect((later ?? 0) >= (beats ?? 0) + 3)
      #expect(server.isWithoutAlarm)
      #expect(!supervisor.messages().contains("WATCHDOG=trigger"))
      #expect(crowd.count == 900)
    }
  }
}
