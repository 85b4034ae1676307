import Logging
import Synchronization

/// Lets each message through so many times a minute, and tells with the next one how many were left out.
///
/// Messages are the same when their text is, whatever their metadata say: a peer that makes Cupola log cannot fill the
/// journal.
public struct RateLimitedLogHandler: LogHandler {
  /// Times a minute that one message is let through.
  public static let burst = 20
  /// Different messages that are remembered; those beyond are counted as one.
  static let maximumMessages = 256
  private static let window: Int64 = 60_000_000_000

  private struct Tally {
    var windowStart: Int64
    var passed = 0
    var leftOut = 0
  }

  private final class Memory: Sendable {
    let tallies = Mutex<[String: Tally]>([:])
  }

  private var handler: any LogHandler
  private let clock: @Sendable () -> Int64
  private let memory = Memory()

  /// - Parameter clock: CLOCK_MONOTONIC in nanoseconds.
  public init(_ handler: any LogHandler, clock: @escaping @Sendable () -> Int64) {
    self.handler = handler
    self.clock = clock
  }

  public var metadata: Logger.Metadata {
    get { handler.metadata }
    set { handler.metadata = newValue }
  }
  public var metadataProvider: Logger.MetadataProvider? {
    get { handler.metadataProvider }
    set { handler.metadataProvider = newValue }
  }
  public var logLevel: Logger.Level {
    get { handler.logLevel }
    set { handler.logLevel = newValue }
  }

  public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { handler[metadataKey: key] }
    set { handler[metadataKey: key] = newValue }
  }

  public func log(event: LogEvent) {
    guard let leftOut = admit(event.message.description) else { return }
    var event = event
    if leftOut > 0 { event.metadata = (event.metadata ?? [:]).merging(["leftOut": "\(leftOut)"]) { $1 } }
    handler.log(event: event)
  }

  /// How many like it were left out before; nil when this one is, too.
  private func admit(_ message: String) -> Int? {
    let now = clock()
    return memory.tallies.withLock { tallies in
      let key = tallies[message] != nil || tallies.count < Self.maximumMessages ? message : ""
      var tally = tallies[key] ?? Tally(windowStart: now)
      defer { tallies[key] = tally }
      var leftOut = 0
      if now - tally.windowStart >= Self.window {
        leftOut = tally.leftOut
        tally = Tally(windowStart: now)
      }
      guard tally.passed < Self.burst else {
        tally.leftOut += 1
        return nil
      }
      tally.passed += 1
      return leftOut
    }
  }
}
