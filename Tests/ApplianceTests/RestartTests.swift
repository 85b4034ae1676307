import BrowserDriver
import Foundation
import Glibc
import Testing

extension WholeApplianceTests {
  @Suite(.enabled(if: Chromium.isWanted, "CUPOLA_SKIP_BROWSER is set")) struct RestartTests {
    @Test func `after the server was killed the page comes back by itself to the same preset`() async throws {
      let first = try await CupolaProcess.start()
      try await SharedBrowser.withPage { page in
        // Counts what the page hears when it asks whether the server is there again.
        try await page.runBeforeEachDocument(
          """
          window.answers = 0;
          const ask = window.fetch;
          window.fetch = async (...request) => {
            const answer = await ask(...request);
            answers += 1;
            window.answeredAt ??= performance.now();
            return answer;
          };
          """)
        try await page.watch(first)
        try await page.pressKey("2")
        var before = try await page.waitUntilShown(2).frame
        // Far enough for the numbers of another start to be smaller.
        while before.map({ $0 < 200 }) ?? true { before = try await page.readTestCard(straightAhead).frame }

        let end = await first.end(by: SIGKILL)
        #expect(end.exit == .signal(SIGKILL))
        try await page.waitUntil("document.getElementById('notice-title').textContent === 'Cupola is not answering'")
        // The last picture stays.
        #expect(try await page.readTestCard(straightAhead).colour == "B")

        let second = try await CupolaProcess.start(on: first.ports)
        try await page.waitUntilPlaying()
        let shown = try await page.watchTestCard(straightAhead, frames: 2)
        #expect(shown.allSatisfy { $0.reading.colour == "B" && $0.reading.frame != nil })
        // It is the new server's picture: its test card begins anew.
        #expect(shown.allSatisfy { frame in frame.reading.frame.map { $0 < before ?? 0 } ?? false })
        #expect(try await page.evaluate("cupola.state().preset") == 2)
        #expect(try await page.evaluate("cupola.state().following") == false)
        #expect(try await page.evaluate("cupola.state().counts.reconnects") == 1)
        #expect(try await page.evaluate("document.getElementById('notice').hidden") == true)
        // The first attempt after the server's first answer was the one: nothing was tried in vain, nothing waited for.
        let answered: Double = try await page.evaluate("performance.timeOrigin + answeredAt")
        print("picture after the server's first answer: \(Int((shown.first?.presentedAt ?? .nan) - answered)) ms")
        #expect(try await page.evaluate("answers") == 1)
        #expect(try await page.evaluate("cupola.state().counts.joins") == 2)
        _ = await second.end(by: SIGKILL)
      }
    }

    @Test func `SIGTERM ends everything within two seconds and tells the viewers`() async throws {
      let server = try await CupolaProcess.start()
      try await SharedBrowser.withPage { page in
        try await page.watch(server)
        let ending = await server.end(by: SIGTERM)
        #expect(ending.exit == .code(0))
        #expect(ending.after.map { $0 < .seconds(2) } == true, "\(String(describing: ending.after))")
        try await page.waitUntil("cupola.state().reason === 'shutdown'")
        try await page.waitUntil("document.getElementById('notice-title').textContent === 'Cupola is restarting'")
        #expect(try await page.evaluate("cupola.state().connection") == "away")
      }
    }

    @Test func `the PIN that was made at the first start holds after the next, and only this user reads it`()
      async throws
    {
      let folder = try TemporaryFolder()
      var pins: [String] = []
      for _ in 0..<2 {
        _ = try await CupolaProcess.start(in: folder, pin: nil).end(by: SIGTERM)
        pins.append(try String(contentsOfFile: folder["state/operator-pin"], encoding: .utf8))
      }
      #expect(pins[0].count == 10)
      #expect(pins[0] == pins[1])
      let attributes = try FileManager.default.attributesOfItem(atPath: folder["state/operator-pin"])
      #expect(attributes[.posixPermissions] as? Int == 0o600)
    }
  }
}
