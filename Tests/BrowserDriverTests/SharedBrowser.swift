import BrowserDriver
import Glibc
import Testing

/// Everything that needs a browser, one test after another: two browsers at a time would take each other's processor.
@Suite(.enabled(if: Chromium.isWanted, "CUPOLA_SKIP_BROWSER is set"), .serialized, .timeLimit(.minutes(3)))
enum BrowserTests {}

/// The one browser of these tests; each test has a page of its own in it.
enum SharedBrowser {
  private static let chromium: Result<Chromium, BrowserError> = {
    let started = Result { () throws(BrowserError) in try Chromium(arguments: StandInServer.arguments) }
    atexit { try? SharedBrowser.chromium.get().close() }
    return started
  }()

  /// Lends a page to a test, and closes it.
  static func withPage(viewport: Viewport = .desktop, _ body: (Page) async throws -> Void) async throws {
    let page = try await chromium.get().newPage(viewport: viewport)
    do {
      try await body(page)
    } catch {
      try? await page.close()
      throw error
    }
    try await page.close()
  }
}
