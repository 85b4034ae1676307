import CFFmpeg
import Media
import Synchronization

/// libav's log. Nothing is printed unless somebody asks for it here.
public enum AVLog {
  /// How much a line matters, most first.
  public enum Level: Int32, Sendable, Comparable {
    case fatal = 8
    case error = 16
    case warning = 24
    case info = 32
    case verbose = 40

    public static func < (lhs: Level, rhs: Level) -> Bool { lhs.rawValue < rhs.rawValue }
  }

  public typealias Handler = @Sendable (Level, String) -> Void

  private static let handler = Mutex<Handler?>(nil)

  /// Sends lines that matter at least as much as `level` to `handler`, on whatever thread logs them, until replaced; URLs
  /// in them are as they may be shown.
  public static func send(upTo level: Level, to handler: @escaping Handler) {
    self.handler.withLock { $0 = handler }
    cffmpeg_set_log({ level, line in AVLog.deliver(level, line) }, level.rawValue)
  }

  /// Makes libav silent: the state before the first `send`.
  public static func silence() {
    cffmpeg_set_log(nil, AV_LOG_QUIET)
    handler.withLock { $0 = nil }
  }

  private static func deliver(_ level: Int32, _ line: UnsafePointer<CChar>?) {
    guard let line, let handler = handler.withLock({ $0 }) else { return }
    let known = Level(rawValue: level) ?? (level < Level.fatal.rawValue ? .fatal : .verbose)
    handler(known, PrintableLocation.redacting(String(cString: line)))
  }

  /// libav prints to stderr by itself; whoever opens something first stops that, once.
  static let isQuietByDefault: Bool = {
    if handler.withLock({ $0 == nil }) { cffmpeg_set_log(nil, AV_LOG_QUIET) }
    return true
  }()
}
