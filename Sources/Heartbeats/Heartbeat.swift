import Synchronization

/// How far one stage of the pipeline has come, and when it has to come further.
///
/// The stage writes it, a supervisor reads it, and neither ever waits for the other: there is nothing in it but atomic
/// numbers. Only work that was done counts as a beat. A stage that rightly does nothing says so, with the reason; any
/// other has a time by which its next beat is due.
///
/// All times are nanoseconds of CLOCK_MONOTONIC and come in as arguments.
public final class Heartbeat: Sendable {
  /// What people call the stage: "decoder", "preset 1 (h264)".
  public let name: String
  private let beats = Atomic<UInt64>(0)
  private let rest = Atomic<UInt8>(Rest.notStarted.rawValue)
  /// When the next beat is due; `never` while resting.
  private let due = Atomic<Int64>(never)

  /// Why a stage may stand still.
  public enum Rest: UInt8, CaseIterable, Sendable {
    case none, notStarted, nobodyWatches, nothingToShow, nothingToSend, paused, playlistOver, opening, reading,
      unreachable, noScreen, switchedOff, noCard, cardHeld
    case stopped

    /// For people: "decoder: paused".
    public var words: String {
      switch self {
      case .none: "at work"
      case .notStarted: "not started"
      case .nobodyWatches: "nobody watches"
      case .nothingToShow: "nothing to show yet"
      case .nothingToSend: "nothing to send"
      case .paused: "paused"
      case .playlistOver: "the playlist is over"
      case .opening: "waiting for the next item to open"
      case .reading: "waiting for what it plays to be read"
      case .unreachable: "its address is gone from this machine"
      case .noScreen: "no screen"
      case .switchedOff: "switched off"
      case .noCard: "no card"
      case .cardHeld: "another program has the card"
      case .stopped: "stopped"
      }
    }
  }

  private static let never = Int64.max

  public init(_ name: String) { self.name = name }

  /// Work was done, and more is to be done by `next`.
  public func beat(next: Int64) {
    beats.add(1, ordering: .relaxed)
    expect(by: next)
  }

  /// There is work, to be done by `time`.
  public func expect(by time: Int64) {
    due.store(time, ordering: .relaxed)
    rest.store(Rest.none.rawValue, ordering: .relaxed)
  }

  /// There is work, to be done by `time`, for a stage that may be at work already: a time that is set is kept.
  public func expectUnlessExpected(by time: Int64) {
    _ = due.compareExchange(expected: Self.never, desired: time, ordering: .relaxed)
    rest.store(Rest.none.rawValue, ordering: .relaxed)
  }

  /// There is nothing to be done, and why.
  public func rest(_ reason: Rest) {
    rest.store(reason.rawValue, ordering: .relaxed)
    due.store(Self.never, ordering: .relaxed)
  }

  /// How often work was done.
  public var count: UInt64 { beats.load(ordering: .relaxed) }

  /// `Rest.none` while there is work.
  public var resting: Rest { Rest(rawValue: rest.load(ordering: .relaxed)) ?? .none }

  /// How long the next beat has been due; 0 while there is time, or nothing to do.
  public func overdue(at now: Int64) -> Int64 {
    let due = due.load(ordering: .relaxed)
    return due == Self.never ? 0 : max(0, now - due)
  }
}
