import Foundation
import Glibc

/// A headless Chromium of one's own: its own process group, a temporary profile, driven over a pipe and no port.
///
/// It ends with `close()`, when it is released, and when this process dies (the browser ends when its pipe closes).
/// The autoplay policy is the one that people have.
public final class Chromium: Sendable {
  /// Where Debian puts it.
  public static let defaultPath = "/usr/bin/chromium"

  /// Whether tests that need a browser run. Without a browser they fail; `CUPOLA_SKIP_BROWSER=1` leaves them out.
  public static var isWanted: Bool { ProcessInfo.processInfo.environment["CUPOLA_SKIP_BROWSER"] != "1" }

  private let child: ChildProcess
  private let connection: DevToolsConnection
  private let profile: String

  /// - Parameter arguments: command line arguments besides those that the driver needs.
  public init(path: String = Chromium.defaultPath, arguments: [String] = []) throws(BrowserError) {
    var template = Array("/tmp/cupola-chromium-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw .cannotStart(path: path, errno: errno) }
    profile = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    // A write to a browser that has just died is an error to report and not the end of the tests.
    signal(SIGPIPE, SIG_IGN)
    do {
      child = try ChildProcess(
        path: path,
        arguments: [
          "--headless=new", "--no-sandbox", "--disable-gpu", "--remote-debugging-pipe", "--user-data-dir=\(profile)",
          "--no-first-run", "--no-default-browser-check", "--disable-extensions", "--disable-sync",
          "--disable-component-update", "--disable-default-apps", "--disable-breakpad", "--mute-audio",
          "--password-store=basic", "--disable-background-timer-throttling", "--disable-renderer-backgrounding",
          "--disable-backgrounding-occluded-windows", "--force-color-profile=srgb",
        ] + arguments)
    } catch {
      try? FileManager.default.removeItem(atPath: profile)
      throw error
    }
    connection = DevToolsConnection(child: child)
  }

  deinit { close() }

  /// Opens another page, in a window of its own so that it counts as visible.
  public func newPage(viewport: Viewport = .desktop) async throws -> Page {
    struct Created: Decodable { var targetId: String }
    struct Attached: Decodable { var sessionId: String }
    let created = try await connection.call(
      "Target.createTarget", ["url": "about:blank", "newWindow": true], returning: Created.self)
    let attached = try await connection.call(
      "Target.attachToTarget", ["targetId": .string(created.targetId), "flatten": true], returning: Attached.self)
    let page = Page(connection: connection, target: created.targetId, session: attached.sessionId)
    try await page.prepare(viewport: viewport)
    return page
  }

  /// Ends the browser and removes its profile. Any number of calls do the same as one.
  public func close() {
    child.end()
    // Children of the killed leader may still write for a moment.
    for _ in 0..<50 {
      try? FileManager.default.removeItem(atPath: profile)
      if access(profile, F_OK) != 0 { return }
      usleep(20_000)
    }
  }
}

/// The size of a page, in CSS pixels.
public struct Viewport: Hashable, Sendable {
  public var width: Int
  public var height: Int
  /// Device pixels for one CSS pixel.
  public var scale: Double
  /// Touch, and a mobile browser's way to lay out.
  public var isMobile: Bool

  public init(width: Int, height: Int, scale: Double = 1, isMobile: Bool = false) {
    self.width = width
    self.height = height
    self.scale = scale
    self.isMobile = isMobile
  }

  public static let desktop = Viewport(width: 1280, height: 720)
  public static let phone = Viewport(width: 390, height: 844, scale: 2, isMobile: true)
}
