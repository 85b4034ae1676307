import BrowserDriver
import Glibc
import Testing

/// The real program and a real browser, one test after another: two at a time would take each other's processor.
@Suite(.serialized, .timeLimit(.minutes(2)))
enum WholeApplianceTests {}

/// The one browser of these tests; each test has pages of its own in it.
enum SharedBrowser {
  private static let chromium: Result<Chromium, BrowserError> = {
    let started = Result { () throws(BrowserError) in try Chromium() }
    atexit { try? SharedBrowser.chromium.get().close() }
    return started
  }()

  /// Lends pages to a test, and closes them.
  static func withPages(_ count: Int, _ body: ([Page]) async throws -> Void) async throws {
    var pages: [Page] = []
    do {
      for _ in 0..<count { pages.append(try await chromium.get().newPage()) }
      try await body(pages)
    } catch {
      for page in pages { try? await page.close() }
      throw error
    }
    for page in pages { try await page.close() }
  }

  static func withPage(_ body: (Page) async throws -> Void) async throws {
    try await withPages(1) { try await body($0[0]) }
  }
}
