import BrowserDriver
import Foundation
import Testing

extension WholeApplianceTests {
  @Suite(.enabled(if: Chromium.isWanted, "CUPOLA_SKIP_BROWSER is set")) struct FileTests {
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

        let frames = try await page.watchTestCard(straightAhead, frames: 4 * Self.frames + 5)
        let share = frames.sharePresented(period: Self.frames)
        print("frames of a looping file on screen: \(share)")
        #expect(share >= 0.95)
        #expect(frames.allSatisfy { $0.reading.colour == "F" })
        #expect(frames.numbers.count == frames.count)
        #expect(frames.numbers.allSatisfy { $0 < Self.frames })
        #expect(zip(frames.numbers, frames.numbers.dropFirst()).count { $0 > $1 } >= 4)
        // At 30 frames a second: nowhere does it stand still, and RTP time runs with the numbers over both loops.
        let (steps, ticks) = (frames.steps(period: Self.frames), frames.rtpSteps)
        #expect(steps.allSatisfy { $0 <= 15 }, "\(frames.numbers)")
        #expect(ticks.allSatisfy { (1...45_010).contains($0) }, "\(ticks)")
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
      try folder.write(whole.replacing("avc1", by: "xyz1"), to: "media/d-codec.mp4")
      try TestCardClip.ffmpeg(["-f", "lavfi", "-i", "sine=d=1", "-c:a", "aac", media + "/e-sound.mp4"])

      let server = try await CupolaProcess.start(playing: [media, folder["mistyped"]])
      try await SharedBrowser.withPage { page in
        try await page.watch(server)
        // Nothing plays: the test card is on, and says why.
        try await page.waitUntil("cupola.state().item.testCard && cupola.state().notice !== null")
        try await page.waitUntilShown(0)
        let said: String = try await page.evaluate("document.getElementById('line').textContent")
        #expect(said.hasSuffix("this is the test card. a-empty.mp4: the file is empty (and 5 more)"))
        let skipped = try await server.applianceState().skipped
        let damaged = "it is not a media file, or its beginning is damaged"
        let expected = [
          ("a-empty.mp4", "the file is empty"), ("b-text.mp4", damaged), ("c-cut.mp4", damaged),
          ("d-codec.mp4", "there is no decoder for its codec xyz1"), ("e-sound.mp4", "there is no video in it"),
          ("mistyped", "there is no such file or folder"),
        ]
        #expect(skipped == expected.map { .init(name: $0, reason: $1) })
        let lines = server.log.split(separator: "\n")
        for (name, reason) in expected {
          #expect(lines.contains { $0.contains(name) && $0.contains(reason) }, "\(name) in\n\(server.log)")
        }

        // What comes later is found and played, and the page hears of it.
        try FileManager.default.moveItem(atPath: folder["good.mp4"], toPath: media + "/f-good.mp4")
        try await page.waitUntil("cupola.state().item.name === 'f-good.mp4' && cupola.state().notice === null")
        try await page.waitUntil("document.getElementById('line').hidden")
        let frames = try await page.watchTestCard(straightAhead, frames: 45)
        #expect(frames.numbers.allSatisfy { $0 < 30 })
        #expect(zip(frames.numbers, frames.numbers.dropFirst()).contains { $0 > $1 })
        #expect(try await page.evaluate("cupola.state().counts.joins") == 1)
        #expect(try await server.applianceState().skipped.count == 6)
        // While something plays, the statistics name what does not.
        try await page.pressKey("s")
        try await page.waitUntil("document.querySelectorAll('#skipped-list li').length === 6")
        #expect(
          try await page.evaluate("document.querySelector('#skipped-list li').textContent")
            == "a-empty.mp4: the file is empty")
      }
    }

    @Test func `what breaks off is played as far as it goes, and named in log, state and page`() async throws {
      let folder = try TemporaryFolder()
      try TestCardClip.make(frames: 180, at: folder["whole.mkv"])
      let whole = try Data(contentsOf: URL(fileURLWithPath: folder["whole.mkv"]))
      try folder.write(whole.prefix(whole.count / 2), to: "cut.mkv")
      try TestCardClip.make(frames: 300, at: folder["good.mp4"])
      let server = try await CupolaProcess.start(playing: [folder["cut.mkv"], folder["good.mp4"]])
      try await SharedBrowser.withPage { page in
        try await page.watch(server)
        try await page.waitUntil("cupola.state().item.name === 'cut.mkv'")
        try await page.waitUntil("cupola.state().item.name === 'good.mp4'")
        let skipped = try await server.applianceState().skipped
        #expect(skipped.map(\.name) == ["cut.mkv"])
        #expect(skipped.first?.reason.firstMatch(of: /^it breaks off at [1-5] s of 6$/) != nil, "\(skipped)")
        #expect(server.log.contains("it breaks off at"))
        try await page.pressKey("s")
        try await page.waitUntil(
          "document.getElementById('skipped-list').textContent.startsWith('cut.mkv: it breaks off at')")
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

extension Data {
  fileprivate func replacing(_ text: String, by other: String) -> Data {
    var result = self
    while let range = result.range(of: Data(text.utf8)) { result.replaceSubrange(range, with: Data(other.utf8)) }
    return result
  }
}
