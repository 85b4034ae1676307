import BrowserDriver
import Foundation
import Testing

extension WholeApplianceTests {
  @Suite(.enabled(if: Chromium.isInstalled)) struct FileTests {
    private static let frames = 60

    @Test func `a file runs on across its loop without a stop and without a new join`() async throws {
      let folder = try TemporaryFolder()
      try TestCardClip.make(frames: Self.frames, at: folder["card.mp4"])
      let server = try await CupolaProcess.start(playing: [folder["card.mp4"]])
      try await SharedBrowser.withPage { page in
        try await page.watch(server)
        try await page.waitUntilShown(0)
        #expect(try await page.evaluate("cupola.state().item.name") == "card.mp4")
        #expect(try await page.evaluate("cupola.state().item.duration") == 2.0)
        let before = try await page.inboundStream()

        var frames: [WatchedFrame] = []
        for _ in 0..<4 where frames.shareSeen(period: Self.frames) < 0.95 {
          frames = try await page.watchTestCard(straightAhead, frames: 2 * Self.frames + 5)
        }
        let share = frames.shareSeen(period: Self.frames)
        print("frames of a looping file on screen: \(share)")
        #expect(share >= 0.95)
        #expect(frames.numbers.count == frames.count)
        #expect(frames.numbers.allSatisfy { $0 < Self.frames })
        #expect(zip(frames.numbers, frames.numbers.dropFirst()).count { $0 > $1 } >= 2)
        for (a, b) in zip(frames, frames.dropFirst()) {
          let steps = ((b.reading.frame ?? 0) - (a.reading.frame ?? 0) + Self.frames) % Self.frames
          let ticks = Int(Int32(bitPattern: (b.rtpTimestamp ?? 0) &- (a.rtpTimestamp ?? 0)))
          #expect((1...6).contains(steps))
          #expect(abs(ticks - 3000 * steps) <= 2)
        }
        #expect(try await page.inboundStream().ssrc == before.ssrc)
        #expect(try await page.evaluate("cupola.state().counts.joins") == 1)
        #expect(try await page.evaluate("cupola.state().counts.freezes") == 0)
      }
    }

    @Test func `what cannot be played is skipped, named with its reason, and the playlist goes on`() async throws {
      let folder = try TemporaryFolder()
      let media = folder["media"]
      try FileManager.default.createDirectory(atPath: media, withIntermediateDirectories: true)
      try TestCardClip.make(frames: 30, at: folder["good.mp4"])
      let whole = try Data(contentsOf: URL(fileURLWithPath: folder["good.mp4"]))
      try folder.write(Data(), to: "media/a-empty.mp4")
      try folder.write("This is no film.\n", to: "media/b-text.mp4")
      // Its index is at the end, which is not there.
      try folder.write(whole.prefix(whole.count / 2), to: "media/c-cut.mp4")

      let server = try await CupolaProcess.start(playing: [media])
      try await SharedBrowser.withPage { page in
        try await page.watch(server)
        // Nothing plays: the test card is on, and says why.
        try await page.waitUntil("cupola.state().item.testCard && cupola.state().notice !== null")
        try await page.waitUntilShown(0)
        let said: String = try await page.evaluate("document.getElementById('line').textContent")
        #expect(said.hasSuffix("this is the test card. a-empty.mp4: the file is empty (and 2 more)"))
        let skipped = try await server.applianceState().skipped
        #expect(skipped.map(\.name) == ["a-empty.mp4", "b-text.mp4", "c-cut.mp4"])
        #expect(skipped.first?.reason == "the file is empty")
        #expect(skipped.allSatisfy { !$0.reason.isEmpty })
        for name in skipped.map(\.name) { #expect(server.log.contains(name)) }

        // What comes later is found and played, and the page hears of it.
        try FileManager.default.moveItem(atPath: folder["good.mp4"], toPath: media + "/d-good.mp4")
        try await page.waitUntil("cupola.state().item.name === 'd-good.mp4' && cupola.state().notice === null")
        try await page.waitUntil("document.getElementById('line').hidden")
        let frames = try await page.watchTestCard(straightAhead, frames: 45)
        #expect(frames.numbers.allSatisfy { $0 < 30 })
        #expect(zip(frames.numbers, frames.numbers.dropFirst()).contains { $0 > $1 })
        #expect(try await page.evaluate("cupola.state().counts.joins") == 1)
        #expect(try await server.applianceState().skipped.count == 3)
      }
    }
  }
}
