import BrowserDriver
import Foundation
import Glibc
import Testing

extension WholeApplianceTests {
  @Suite(.enabled(if: Chromium.isInstalled)) struct RestartTests {
    @Test func `after the server was killed the page comes back by itself to the same preset`() async throws {
      let first = try await CupolaProcess.start()
      try await SharedBrowser.withPage { page in
        try await page.watch(first)
        try await page.pressKey("2")
        try await page.waitUntilShown(2)

        let end = await first.end(by: SIGKILL)
        #expect(end.exit == .signal(SIGKILL))
        try await page.waitUntil("document.getElementById('notice-title').textContent === 'Cupola is not answering'")
        // The last picture stays.
        #expect(try await page.readTestCard(straightAhead).colour == "B")

        let second = try await CupolaProcess.start(on: first.ports)
        let returned = Date().timeIntervalSince1970 * 1000
        try await page.waitUntilPlaying()
        let shown = try await page.watchTestCard(straightAhead, frames: 2)
        #expect(shown.allSatisfy { $0.reading.colour == "B" && $0.reading.frame != nil })
        #expect(try await page.evaluate("cupola.state().preset") == 2)
        #expect(try await page.evaluate("cupola.state().following") == false)
        #expect(try await page.evaluate("cupola.state().counts.reconnects") == 1)
        #expect(try await page.evaluate("document.getElementById('notice').hidden") == true)
        let wait = (shown.first?.presentedAt ?? .infinity) - returned
        print("picture after the server's return: \(Int(wait)) ms")
        #expect(wait < 5000)
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
      var pins: [Substring] = []
      for _ in 0..<2 {
        let ending = try await CupolaProcess.start(in: folder, pin: nil).end(by: SIGTERM)
        let said = try #require(ending.output.firstRange(of: "operator PIN is "))
        pins.append(ending.output[said.upperBound...].prefix { $0.isNumber })
      }
      #expect(pins[0].count == 6)
      #expect(pins[0] == pins[1])
      let attributes = try FileManager.default.attributesOfItem(atPath: folder["state/operator-pin"])
      #expect(attributes[.posixPermissions] as? Int == 0o600)
    }
  }
}
