import Foundation
import Synchronization

/// One page (a tab) of a browser.
public final class Page: Sendable {
  private let connection: DevToolsConnection
  private let target: String
  private let session: String
  private let console = Console()
  private let site = Mutex<Site?>(nil)

  init(connection: DevToolsConnection, target: String, session: String) {
    self.connection = connection
    self.target = target
    self.session = session
  }

  deinit { connection.observe(session: session, nil) }

  func prepare(viewport: Viewport) async throws {
    connection.observe(session: session) { [weak self, console] method, message in
      if method == "Fetch.requestPaused" { self?.answer(message) } else { console.receive(method, message) }
    }
    for domain in ["Page", "Runtime", "Log"] { try await command("\(domain).enable") }
    try await setViewport(viewport)
  }

  /// What the page has said so far, the oldest first; the last thousand lines.
  public var consoleMessages: [ConsoleMessage] { console.messages }

  /// Opens an address and returns when its document and what it refers to have been loaded.
  public func navigate(to url: String) async throws {
    struct Navigated: Decodable { var errorText: String? }
    let result = try await connection.call(
      "Page.navigate", ["url": .string(url)], session: session, returning: Navigated.self)
    if let error = result.errorText { throw BrowserError.refused(method: "Page.navigate", message: "\(url): \(error)") }
    try await waitUntil("document.readyState === 'complete'")
  }

  /// Answers all requests of this page itself, out of a folder, so that a page can be tested without its server.
  ///
  /// - Parameter folder: the path of the folder whose `index.html` is at the root of every address.
  public func serve(folder: String) async throws {
    site.withLock { $0 = Site(folder: folder) }
    try await command("Fetch.enable", ["patterns": [["urlPattern": "http*"]]])
  }

  /// Runs a script in every document to come, before any script of its own.
  public func runBeforeEachDocument(_ script: String) async throws {
    try await command("Page.addScriptToEvaluateOnNewDocument", ["source": .string(script)])
  }

  /// Evaluates an expression, awaits it if it is a promise, and decodes its JSON. `undefined` is null.
  ///
  /// - Parameter limit: how long the answer may take.
  public func evaluate<Value: Decodable>(
    _ expression: String, as type: Value.Type = Value.self, within limit: Duration = .seconds(30)
  ) async throws -> Value {
    let text = try await json(of: expression, within: limit)
    do {
      return try JSONDecoder().decode(Value.self, from: Data(text.utf8))
    } catch {
      throw BrowserError.unexpectedAnswer("\(text) for \(expression): \(error)")
    }
  }

  /// Evaluates an expression for what it does.
  public func run(_ expression: String) async throws {
    _ = try await json(of: "(async () => { await (\(expression)); return null; })()", within: .seconds(30))
  }

  /// Returns when an expression has become true; while it throws it counts as false. The page itself watches it, every few
  /// milliseconds, so nothing is missed between two questions and answers.
  public func waitUntil(_ predicate: String, timeout: Duration = .seconds(20)) async throws {
    let milliseconds = timeout / .milliseconds(1)
    let isTrue: Bool = try await evaluate(
      """
      new Promise((resolve) => {
        const end = performance.now() + \(milliseconds);
        const look = async () => {
          let value = false;
          try { value = await (\(predicate)); } catch {}
          if (value || performance.now() > end) resolve(Boolean(value));
          else setTimeout(look, 5);
        };
        look();
      })
      """, within: timeout + .seconds(10))
    guard isTrue else { throw BrowserError.neverTrue(predicate: predicate, console: consoleMessages) }
  }

  /// The page as it is on screen, as PNG bytes.
  public func screenshot() async throws -> Data {
    struct Captured: Decodable { var data: Data }
    return try await connection.call(
      "Page.captureScreenshot", ["format": "png"], session: session, returning: Captured.self
    ).data
  }

  /// Presses and releases a key: a character, or a name as in `KeyboardEvent.key` (`ArrowLeft`, `Escape`, `Tab`, `Enter`).
  public func pressKey(_ key: String) async throws {
    let isCharacter = key.count == 1
    let code =
      if let character = key.first, isCharacter {
        character.isNumber ? "Digit\(key)" : character.isLetter ? "Key\(key.uppercased())" : ""
      } else { key }
    let named: [String: Int] = [
      "Tab": 9, "Enter": 13, "Escape": 27, "ArrowLeft": 37, "ArrowUp": 38, "ArrowRight": 39, "ArrowDown": 40,
    ]
    let number = named[key] ?? Int(key.uppercased().unicodeScalars.first?.value ?? 0)
    let text = isCharacter ? key : key == "Enter" ? "\r" : ""
    for type in [text.isEmpty ? "rawKeyDown" : "keyDown", "keyUp"] {
      try await command(
        "Input.dispatchKeyEvent",
        [
          "type": .string(type), "key": .string(key), "code": .string(code), "windowsVirtualKeyCode": .integer(number),
          "text": .string(type == "keyDown" ? text : ""),
        ])
    }
  }

  /// Clicks in the middle of the first element that a CSS selector finds.
  public func click(_ selector: String) async throws {
    struct Point: Decodable { var x, y: Double }
    let quoted = String(decoding: try JSONEncoder().encode(selector), as: UTF8.self)
    let point: Point = try await evaluate(
      """
      (() => { const box = document.querySelector(\(quoted)).getBoundingClientRect();
        return { x: box.x + box.width / 2, y: box.y + box.height / 2 }; })()
      """)
    for type in ["mouseMoved", "mousePressed", "mouseReleased"] {
      try await command(
        "Input.dispatchMouseEvent",
        [
          "type": .string(type), "x": .number(point.x), "y": .number(point.y),
          "button": type == "mouseMoved" ? "none" : "left", "clickCount": 1,
        ])
    }
  }

  public func setViewport(_ viewport: Viewport) async throws {
    try await command(
      "Emulation.setDeviceMetricsOverride",
      [
        "width": .integer(viewport.width), "height": .integer(viewport.height),
        "deviceScaleFactor": .number(viewport.scale), "mobile": .boolean(viewport.isMobile),
      ])
    try await command("Emulation.setTouchEmulationEnabled", ["enabled": .boolean(viewport.isMobile)])
  }

  /// Closes this page; the others stay.
  public func close() async throws {
    _ = try await connection.call("Target.closeTarget", ["targetId": .string(target)])
  }

  private func answer(_ message: Data) {
    struct Paused: Decodable {
      struct Params: Decodable {
        struct Request: Decodable { var url: String }
        var requestId: String
        var request: Request
      }
      var params: Params
    }
    guard let paused = try? JSONDecoder().decode(Paused.self, from: message).params else { return }
    let file = site.withLock { $0 }?.file(at: paused.request.url)
    connection.post(
      "Fetch.fulfillRequest",
      [
        "requestId": .string(paused.requestId), "responseCode": .integer(file == nil ? 404 : 200),
        "responseHeaders": [["name": "Content-Type", "value": .string(file?.mediaType ?? "text/plain")]],
        "body": .string(file?.content.base64EncodedString() ?? ""),
      ], session: session)
  }

  private func command(_ method: String, _ params: JSONValue = [:]) async throws {
    _ = try await connection.call(method, params, session: session)
  }

  private func json(of expression: String, within limit: Duration) async throws -> String {
    struct Evaluated: Decodable {
      /// A string where the expression ended well; an object, which is of no use here, where it threw.
      struct Value: Decodable {
        var value: String?
        private enum Key: CodingKey { case value }
        init(from decoder: any Decoder) throws {
          value = try? decoder.container(keyedBy: Key.self).decode(String.self, forKey: .value)
        }
      }
      struct Details: Decodable {
        struct Exception: Decodable { var description: String? }
        var text: String
        var exception: Exception?
      }
      var result: Value?
      var exceptionDetails: Details?
    }
    let wrapped = "(async () => JSON.stringify(await (\(expression))) ?? 'null')()"
    let evaluated = try await connection.call(
      "Runtime.evaluate",
      ["expression": .string(wrapped), "awaitPromise": true, "returnByValue": true],
      session: session, within: limit, returning: Evaluated.self)
    if let details = evaluated.exceptionDetails {
      throw BrowserError.exception(details.exception?.description ?? details.text)
    }
    guard let text = evaluated.result?.value else { throw BrowserError.unexpectedAnswer(expression) }
    return text
  }
}
