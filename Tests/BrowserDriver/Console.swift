import Foundation
import Synchronization

/// Collects what a page says, from the protocol's events.
final class Console: Sendable {
  private static let limit = 1000
  private let lines = Mutex<[ConsoleMessage]>([])

  var messages: [ConsoleMessage] { lines.withLock { $0 } }

  func receive(_ method: String, _ message: Data) {
    guard let line = Self.line(method, message) else { return }
    lines.withLock { lines in
      if lines.count == Self.limit { lines.removeFirst() }
      lines.append(line)
    }
  }

  private static func line(_ method: String, _ message: Data) -> ConsoleMessage? {
    let decoder = JSONDecoder()
    switch method {
    case "Runtime.consoleAPICalled":
      guard let call = try? decoder.decode(Event<Call>.self, from: message).params else { return nil }
      return ConsoleMessage(level: call.type, text: call.args.map(\.text).joined(separator: " "))
    case "Runtime.exceptionThrown":
      guard let thrown = try? decoder.decode(Event<Thrown>.self, from: message).params else { return nil }
      let details = thrown.exceptionDetails
      return ConsoleMessage(level: "exception", text: details.exception?.description ?? details.text)
    case "Log.entryAdded":
      guard let entry = try? decoder.decode(Event<Logged>.self, from: message).params.entry else { return nil }
      return ConsoleMessage(
        level: entry.level, text: [entry.text, entry.url].compactMap(\.self).joined(separator: " "))
    case "Inspector.targetCrashed":
      return ConsoleMessage(level: "exception", text: "the page has crashed")
    default:
      return nil
    }
  }

  private struct Event<Params: Decodable>: Decodable { var params: Params }
  private struct Call: Decodable {
    var type: String
    var args: [Argument]
  }
  private struct Thrown: Decodable {
    struct Details: Decodable {
      var text: String
      var exception: Argument?
    }
    var exceptionDetails: Details
  }
  private struct Logged: Decodable {
    struct Entry: Decodable {
      var level: String
      var text: String
      var url: String?
    }
    var entry: Entry
  }

  /// A value that was logged: a string is itself, everything else is described by the browser.
  private struct Argument: Decodable {
    var text: String
    var description: String?

    private enum Key: CodingKey { case value, description, type }

    init(from decoder: any Decoder) throws {
      let container = try decoder.container(keyedBy: Key.self)
      description = try container.decodeIfPresent(String.self, forKey: .description)
      text =
        (try? container.decode(String.self, forKey: .value)) ?? description
        ?? (try? container.decode(Bool.self, forKey: .value)).map { "\($0)" }
        ?? (try? container.decode(String.self, forKey: .type)) ?? ""
    }
  }
}
