import Foundation
import Glibc
import Testing

extension WholeApplianceTests {
  /// Items at which the whole program ends.
  @Suite struct EndedItemTests {
    private func makeClips(in folder: TemporaryFolder) throws -> [String] {
      let clips = ["a.mp4", "b.mp4"].map { folder[$0] }
      try TestCardClip.make(frames: 600, at: clips[0])
      try FileManager.default.copyItem(atPath: clips[0], toPath: clips[1])
      return clips
    }

    /// The item that is on once one is.
    private func item(of server: CupolaProcess) async throws -> String {
      while true {
        let item = try await server.applianceState().item
        if !item.testCard, !item.name.isEmpty { return item.name }
      }
    }

    @Test(.timeLimit(.minutes(3)))
    func `an item at which it is killed three times at once is skipped, and the next one plays`() async throws {
      let folder = try TemporaryFolder()
      let clips = try makeClips(in: folder)
      for _ in 0..<3 {
        let server = try await CupolaProcess.start(playing: clips, in: folder)
        #expect(try await item(of: server) == "a.mp4")
        #expect(await server.end(by: SIGKILL).exit == .signal(SIGKILL))
      }
      let server = try await CupolaProcess.start(playing: clips, in: folder)
      #expect(try await item(of: server) == "b.mp4")
      let skipped = try await server.applianceState().skipped
      #expect(skipped.map(\.name) == ["a.mp4"] && skipped.first?.reason.contains("ended 3 times") == true)
      // Stopped as it should be, nothing is held against anybody.
      #expect(await server.end(by: SIGTERM).exit == .code(0))
      let after = try await CupolaProcess.start(playing: [clips[0]], in: folder)
      #expect(try await item(of: after) == "a.mp4")
      _ = await after.end(by: SIGKILL)
    }

    @Test(.timeLimit(.minutes(3)))
    func `whatever the signal, and not when it had been on for a while`() async throws {
      let folder = try TemporaryFolder()
      let clips = try makeClips(in: folder)
      for signal in [SIGSEGV, SIGABRT] {
        let server = try await CupolaProcess.start(playing: clips, in: folder)
        #expect(try await item(of: server) == "a.mp4")
        #expect(await server.end(by: signal).exit == .signal(signal))
      }
      // Two seconds of it, and all is forgiven.
      let patient = try await CupolaProcess.start(playing: clips, in: folder)
      try await patient.watch(seed: 131, frames: 76).close()
      _ = await patient.end(by: SIGKILL)
      let server = try await CupolaProcess.start(playing: clips, in: folder)
      #expect(try await item(of: server) == "a.mp4")
      _ = await server.end(by: SIGKILL)
    }
  }
}
