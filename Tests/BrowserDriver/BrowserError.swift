/// What can go wrong while a browser is driven.
public enum BrowserError: Error, CustomStringConvertible, Sendable {
  /// The browser could not be started; `errno` of the call that failed.
  case cannotStart(path: String, errno: Int32)
  /// The browser ended or closed its pipe.
  case ended
  /// A command was not answered in time.
  case noAnswer(method: String)
  /// The browser refused a command.
  case refused(method: String, message: String)
  /// JavaScript threw.
  case exception(String)
  /// The answer is not of the type that was asked for.
  case unexpectedAnswer(String)
  /// A predicate did not become true in time; `console` is what the page had said by then.
  case neverTrue(predicate: String, console: [ConsoleMessage])

  public var description: String {
    switch self {
    case .cannotStart(let path, let errno): "cannot start \(path): errno \(errno)"
    case .ended: "the browser has ended"
    case .noAnswer(let method): "no answer to \(method)"
    case .refused(let method, let message): "\(method) was refused: \(message)"
    case .exception(let text): "JavaScript threw: \(text)"
    case .unexpectedAnswer(let text): "unexpected answer: \(text)"
    case .neverTrue(let predicate, let console):
      "never became true: \(predicate)" + console.suffix(10).map { "\n  \($0)" }.joined()
    }
  }
}

/// One line of a page's console: a call of `console`, an uncaught exception, or a complaint of the browser.
public struct ConsoleMessage: Hashable, Sendable, CustomStringConvertible {
  /// `log`, `warning`, `error`, `exception`, …
  public let level: String
  public let text: String

  public var description: String { "[\(level)] \(text)" }
}
