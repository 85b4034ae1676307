import BrowserDriver
import Foundation
import Testing

/// What axe-core finds on the page.
extension BrowserTests {
  @Suite struct AccessibilityTests {
    /// The rules, from the Python environment that `make test` makes.
    private static let rules = Result { () throws -> String in
      let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../.build/python/lib")
      for python in try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil) {
        let file = python.appending(path: "site-packages/axe_core_python/axe.min.js")
        if let text = try? String(contentsOf: file, encoding: .utf8) { return text }
      }
      throw CocoaError(.fileNoSuchFile)
    }

    /// Each rule that is broken, with the elements that break it.
    private static let violations = """
      (async () => {
        const { violations } = await axe.run(document, { resultTypes: ['violations'] });
        return violations.flatMap(({ id, help, nodes }) =>
          nodes.map(({ target }) => `${id} (${help}): ${target.join(' ')}`));
      })()
      """

    /// Stops what moves: a colour on its way to another one is neither.
    private static let stillness = """
      document.head.append(Object.assign(document.createElement('style'), {
        textContent: '*, *::before, *::after { animation: none !important; transition: none !important }',
      }))
      """

    private func prepare(_ page: Page) async throws {
      try await page.waitUntil("cupola.state().connection === 'playing'")
      try await page.run(Self.stillness)
    }

    @Test(arguments: [
      Viewport.phone, Viewport(width: 844, height: 390, scale: 3, isMobile: true), .desktop,
    ])
    func `nothing is found, whatever is open`(viewport: Viewport) async throws {
      try await StandInServer.withPage(before: Self.rules.get(), viewport: viewport) { page in
        try await prepare(page)
        for state in PageState.allCases {
          try await page.run("(() => { \(state.enter) })()")
          let found: [String] = try await page.evaluate(Self.violations)
          #expect(found == [], "\(viewport), \(state)")
          try await page.run("(() => { \(state.leave) })()")
        }
      }
    }

    @Test func `what is wrong would be found`() async throws {
      try await StandInServer.withPage(before: Self.rules.get()) { page in
        try await prepare(page)
        try await page.run(
          """
          document.body.append(
            document.createElement('button'), Object.assign(document.createElement('p'), { textContent: 'stray' }))
          """)
        let found: [String] = try await page.evaluate(Self.violations)
        #expect(found.contains { $0.hasPrefix("button-name") })
        #expect(found.contains { $0.hasPrefix("region") })
      }
    }
  }
}

/// What the page can look like.
private enum PageState: CaseIterable {
  case plain, faded, line, card, statistics, remote, console

  var enter: String {
    switch self {
    case .plain: "document.body.classList.remove('idle')"
    case .faded: "document.body.classList.add('idle')"
    case .line: "Object.assign(document.getElementById('line'), { hidden: false, textContent: 'A line of text.' })"
    case .card:
      """
      document.getElementById('notice').hidden = false;
      document.getElementById('notice-title').textContent = 'The picture stopped';
      document.getElementById('notice-text').textContent = 'Joining again…';
      Object.assign(document.getElementById('notice-action'), { hidden: false, textContent: 'Try again' });
      """
    case .statistics: "document.getElementById('statistics-button').click()"
    case .remote: "document.getElementById('remote-button').click()"
    case .console:
      """
      document.getElementById('remote-button').click();
      document.getElementById('pin-form').hidden = true;
      document.getElementById('console').hidden = false;
      """
    }
  }

  var leave: String {
    switch self {
    case .plain: "0"
    case .faded: "document.body.classList.remove('idle')"
    case .line: "document.getElementById('line').hidden = true"
    case .card: "document.getElementById('notice').hidden = true"
    case .statistics: "document.querySelector('#statistics .close').click()"
    case .remote, .console: "document.querySelector('#remote .close').click()"
    }
  }
}
