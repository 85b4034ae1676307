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
        // At 30 frames a second: nowhere does it stand still, and RTP time runs with the numbers over both loops.
        let (steps, ticks) = (frames.steps(period: Self.frames), frames.rtpSteps)
        #expect(steps.allSatisfy { $0 <= 6 }, "\(frames.numbers)")
        #expect(ticks.allSatisfy { (1...18_010).contains($0) }, "\(ticks)")
        #expect(abs(ticks.reduce(0, +) - 3000 * steps.reduce(0, +)) <= 6000, "\(frames.numbers) \(ticks)")
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

    @Test func `the operator steps through the playlist and stops it, without a new join`() async throws {
      let folder = try TemporaryFolder()
      try TestCardClip.make(frames: 90, at: folder["1.mp4"])
      try TestCardClip.make(frames: 300, at: folder["2.mp4"])
      try folder.write("This is no film.\n", to: "3.mp4")
      let server = try await CupolaProcess.start(playing: [folder["1.mp4"], folder["2.mp4"], folder["3.mp4"]])
      try await SharedBrowser.withPage { page in
        try await page.watch(server)
        try await page.waitUntilShown(0)
        #expect(try await server.operate("POST", "api/v1/playlist/goto", #"{"index":1}"#).status == 202)
        try await page.waitUntil("cupola.state().item.name === '2.mp4'")
        #expect(try await server.operate("POST", "api/v1/transport/pause").status == 202)
        try await page.waitUntil("!document.getElementById('paused').hidden")
        #expect(try await server.operate("POST", "api/v1/transport/seek", #"{"position":5}"#).status == 202)
        // A picture that stands is sent again, so that it is there for those who come, too.
        while try await page.watchTestCard(straightAhead, frames: 1).first?.reading.frame != 150 {}

        #expect(try await server.operate("POST", "api/v1/transport/play").status == 202)
        let frames = try await page.watchTestCard(straightAhead, frames: 20)
        #expect(frames.numbers.allSatisfy { $0 >= 150 })
        #expect(Set(frames.numbers).count > 10)

        // After the last item that plays comes the first again.
        #expect(try await server.operate("POST", "api/v1/playlist/next").status == 202)
        try await page.waitUntil("cupola.state().item.name === '1.mp4'")
        #expect(try await server.applianceState().skipped.map(\.name) == ["3.mp4"])
        #expect(try await page.evaluate("cupola.state().counts.joins") == 1)
      }
    }
  }
}
