import Foundation
import SansIO
import Testing

extension WholeApplianceTests {
  @Suite struct ChurnTests {
    private static let presets = ["front", "right", "back", "left", "up", "down", "programme"]
    private static let groupSize: UInt64 = 10

    /// Ten players at a time join, see a frame and leave, while one stays; each group ends with the next item.
    private func joinAndLeave(
      _ joins: UInt64, at server: CupolaProcess, while watcher: LoopbackPlayer, random: inout SeededGenerator
    ) async throws {
      for group in 0..<joins / Self.groupSize {
        var players: [(player: LoopbackPlayer, session: String)] = []
        for _ in 0..<Self.groupSize {
          let player = try LoopbackPlayer(seed: random.next())
          let preset = Self.presets.randomElement(using: &random)!
          let answer = try await server.request(
            "POST", "whep/\(preset)", headers: ["Content-Type": "application/sdp"], body: player.offer)
          try #require(answer.status == 201, "\(answer.text)")
          try player.accept(answer.text)
          players.append((player, String(answer.headers["location", default: ""].dropFirst())))
        }
        if group.isMultiple(of: 2) { _ = try await server.operate("POST", "api/v1/playlist/next") }
        for (player, _) in players { try #require(player.run { !$0.frames.isEmpty }) }
        // Who stays is heard from, however long this takes.
        #expect(watcher.seesMore(1))
        for (index, (player, session)) in players.enumerated() {
          if index.isMultiple(of: 2) {
            player.close()
          } else {
            #expect(try await server.request("DELETE", session).status == 200)
          }
        }
      }
      // Whoever's goodbye was lost is missed within half a minute.
      let viewers = try server.metric("cupola_viewers", while: watcher, frames: 1200) { $0 == 1 }
      #expect(viewers == 1, "\(watcher.closed ?? "who stays is still there")")
    }

    @Test func `300 joins and leaves while items change leave nothing behind`() async throws {
      let seed: UInt64 = 150
      print("seed \(seed)")
      var random = SeededGenerator(seed: seed)
      let folder = try TemporaryFolder()
      let clips = ["1.mp4", "2.mp4", "3.mp4"].map { folder[$0] }
      for clip in clips { try TestCardClip.make(frames: 45, at: clip) }
      let server = try await CupolaProcess.start(playing: clips, in: folder)
      // Until every preset has its table and every pool its buffers.
      let watcher = try await server.watch(seed: 151)
      try await joinAndLeave(300, at: server, while: watcher, random: &random)
      let before = try server.facts()
      let began = ContinuousClock.now
      try await joinAndLeave(300, at: server, while: watcher, random: &random)
      var after = try server.facts()
      // An item that is being opened has descriptors and a thread for a moment, and so has the health probe.
      for _ in 0..<300 where after.descriptors > before.descriptors || after.threads > before.threads + 2 {
        guard watcher.seesMore(1) else { break }
        after = try server.facts()
      }
      let growth = Double(after.resident - before.resident) / 1e6
      print(
        """
        300 joins in \((ContinuousClock.now - began) / .seconds(1)) s; descriptors \(before.descriptors) → \
        \(after.descriptors), threads \(before.threads) → \(after.threads), resident \(before.resident / 1_000_000) MB \
        \(growth >= 0 ? "+" : "")\(growth) MB
        """)
      #expect(after.descriptors <= before.descriptors)
      // Two more or less are the workers of the system's own pool.
      #expect(after.threads <= before.threads + 2)
      #expect(growth < 16)
      #expect(server.isWithoutAlarm)
    }
  }
}
