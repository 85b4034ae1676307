import Foundation
import Logging

/// Writes log messages to standard error for a person who watches: `14:03:21 warning  Skipped (item …, reason …)`.
public struct TerminalLogHandler: LogHandler {
  public var metadata: Logger.Metadata = [:]
  public var metadataProvider: Logger.MetadataProvider?
  public var logLevel: Logger.Level = .info

  public init() {}

  public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  public func log(event: LogEvent) {
    var now = time(nil)
    var local = tm()
    localtime_r(&now, &local)
    let clock = [local.tm_hour, local.tm_min, local.tm_sec].map { ($0 < 10 ? "0" : "") + "\($0)" }.joined(
      separator: ":")
    let level = event.level.rawValue.padding(toLength: 8, withPad: " ", startingAt: 0)
    let text = event.message.description + event.metadata(with: metadata).sentence
    // Control characters of a file's name do nothing to the terminal.
    let line =
      "\(clock) \(level) " + text.map { $0.isNewline || $0.unicodeScalars.allSatisfy { $0.value < 32 } ? " " : $0 }
    FileHandle.standardError.write(Data((line + "\n").utf8))
  }
}
