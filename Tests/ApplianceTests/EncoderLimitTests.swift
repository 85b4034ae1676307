import BrowserDriver
import Testing

extension WholeApplianceTests {
  @Suite(.enabled(if: Chromium.isWanted, "CUPOLA_SKIP_BROWSER is set")) struct EncoderLimitTests {
    @Test func `a page that asks for one view too many is told, sees the nearest, and then what it asked for`()
      async throws
    {
      let server = try await CupolaProcess.start(video: "{size: 640x360, bitrate: 1500k, encoders: 2}")
      try await SharedBrowser.withPages(2) { pages in
        let (first, second) = (pages[0], pages[1])
        try await first.watch(server)
        try await first.run("cupola.goto(1)")
        try await first.waitUntilShown(1)

        // One place is the programme's, the other is taken.
        try await second.watch(server)
        try await second.run("cupola.goto(3)")
        try await second.waitUntilShown(1)
        #expect(try await second.evaluate("cupola.state().wanted") == 3)
        try await second.waitUntil("document.getElementById('line').textContent.includes('comes when there is room')")

        try await first.run("cupola.follow()")
        try await first.waitUntilShown(0)
        try await second.waitUntilShown(3)
        #expect(try await second.evaluate("cupola.state().wanted === null"))
        try await second.waitUntil("!document.getElementById('line').textContent.includes('comes when there is room')")
      }
    }
  }
}
