import BrowserDriver
import Foundation
import Testing

extension BrowserTests {
  @Suite struct ChromiumTests {
    /// A page without a server.
    private func address(_ body: String) -> String {
      let head = "<!doctype html><meta charset=utf-8><meta name=viewport content='width=device-width'>"
      return "data:text/html;base64," + Data("\(head)<body>\(body)".utf8).base64EncodedString()
    }

    @Test func `evaluates expressions, promises and what is thrown`() async throws {
      try await SharedBrowser.withPage { page in
        try await page.navigate(to: address("<h1>Künstlich</h1>"))
        #expect(try await page.evaluate("1 + 1") == 2)
        #expect(try await page.evaluate("document.querySelector('h1').textContent") == "Künstlich")
        #expect(try await page.evaluate("Promise.resolve([1, 2.5])") == [1, 2.5])
        #expect(try await page.evaluate("undefined", as: Int?.self) == nil)
        await #expect(throws: BrowserError.self) { try await page.evaluate("nowhere.at.all", as: Int.self) }
        await #expect(throws: BrowserError.self) { try await page.evaluate("'text'", as: Int.self) }
      }
    }

    @Test func `waits for what becomes true and reports what does not`() async throws {
      try await SharedBrowser.withPage { page in
        try await page.navigate(to: address("<script>setTimeout(() => window.later = { yes: true }, 50)</script>"))
        try await page.waitUntil("later.yes")
        try await page.run("console.warn('about to fail', 7)")
        let error = await #expect(throws: BrowserError.self) {
          try await page.waitUntil("window.never", timeout: .milliseconds(50))
        }
        #expect(error?.description.contains("about to fail 7") == true)
      }
    }

    @Test func `collects console lines and uncaught exceptions of its own page only`() async throws {
      try await SharedBrowser.withPage { first in
        try await SharedBrowser.withPage { second in
          try await first.run("console.log('one', 2, true)")
          try await second.run(
            """
            new Promise((resolve) => {
              addEventListener('error', () => setTimeout(resolve));
              setTimeout(() => { throw new Error('on purpose') });
            })
            """)
          #expect(first.consoleMessages.map(\.description) == ["[log] one 2 true"])
          #expect(second.consoleMessages.count == 1)
          #expect(second.consoleMessages.first?.level == "exception")
          #expect(second.consoleMessages.first?.text.contains("on purpose") == true)
        }
      }
    }

    @Test func `presses keys, clicks, and takes pictures of the size that was asked for`() async throws {
      try await SharedBrowser.withPage(viewport: Viewport(width: 400, height: 300)) { page in
        let body =
          "<button>B</button><script>keys = []; addEventListener('keydown', (e) => keys.push(e.key + ':' + e.code));"
        let click =
          "clicks = 0; document.querySelector('button').onclick = (e) => clicks += Number(e.isTrusted);</script>"
        try await page.navigate(to: address(body + click))
        for key in ["3", "f", "ArrowLeft", "Escape"] { try await page.pressKey(key) }
        #expect(try await page.evaluate("keys") == ["3:Digit3", "f:KeyF", "ArrowLeft:ArrowLeft", "Escape:Escape"])
        try await page.click("button")
        #expect(try await page.evaluate("clicks") == 1)
        let picture = try await page.screenshot()
        #expect(picture.prefix(4) == Data([0x89, 0x50, 0x4E, 0x47]))
        #expect(Array(picture[16..<24]) == [0, 0, 400 >> 8, 400 & 255, 0, 0, 300 >> 8, 300 & 255])
        try await page.setViewport(.phone)
        #expect(try await page.evaluate("[innerWidth, innerHeight, devicePixelRatio]") == [390, 844, 2])
      }
    }

    @Test func `answers nothing more and leaves nothing behind after its end`() async throws {
      let chromium = try Chromium()
      let page = try await chromium.newPage()
      let pending = Task { try await page.run("new Promise(() => {})") }
      try await page.run("0")
      chromium.close()
      chromium.close()
      await #expect(throws: BrowserError.self) { try await pending.value }
      await #expect(throws: BrowserError.self) { try await page.run("0") }
    }

    @Test func `a browser that does not exist is an error`() {
      #expect(throws: BrowserError.self) { try Chromium(path: "/nonexistent/chromium") }
    }
  }
}
