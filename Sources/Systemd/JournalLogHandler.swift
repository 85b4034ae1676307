import Logging

/// Writes log messages to the journal, with their metadata as fields of their own: `journalctl CUPOLA_ITEM=beach.mp4`.
public struct JournalLogHandler: LogHandler {
  public var metadata: Logger.Metadata = [:]
  public var metadataProvider: Logger.MetadataProvider?
  public var logLevel: Logger.Level = .info
  private let label: String

  public init(label: String) { self.label = label }

  public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  public func log(event: LogEvent) {
    let all = event.metadata(with: metadata)
    var fields = [
      ("SYSLOG_IDENTIFIER", label), ("CODE_FILE", event.file), ("CODE_LINE", "\(event.line)"),
      ("CODE_FUNC", event.function),
    ]
    for (name, value) in all { fields.append((Journal.fieldName(name), value)) }
    Journal.send(event.message.description + all.sentence, priority: Journal.Priority(event.level), fields: fields)
  }
}

extension Journal.Priority {
  init(_ level: Logger.Level) {
    self =
      switch level {
      case .trace, .debug: .debug
      case .info: .informational
      case .notice: .notice
      case .warning: .warning
      case .error: .error
      case .critical: .critical
      }
  }
}

extension LogEvent {
  /// The logger's metadata and the event's own, which wins, in the order of their names.
  func metadata(with common: Logger.Metadata) -> [(name: String, value: String)] {
    common.merging(metadata ?? [:]) { $1 }.map { ($0.key, "\($0.value)") }.sorted { $0.name < $1.name }
  }
}

extension [(name: String, value: String)] {
  /// As a person reads it behind the message: " (item beach.mp4, number 2)".
  var sentence: String {
    isEmpty ? "" : " (" + map { "\($0.name) \($0.value)" }.joined(separator: ", ") + ")"
  }
}
