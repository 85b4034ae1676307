/// Decides from heartbeats whether everything lives: a value without clock or thread.
public struct Supervision {
  /// A stage whose beat is overdue by more than its limit.
  public struct Stall: Hashable, Sendable {
    public var stage: String
    /// Nanoseconds since its work was due.
    public var overdue: Int64
  }

  /// How much later than due a beat may come, in nanoseconds.
  ///
  /// Long enough for a machine that is loaded on every core, short enough that detection and restart together stay
  /// below the watchdog's ten seconds.
  public static let limit: Int64 = 6_000_000_000
  /// A look that itself comes so much later than the one before says that the whole process was held up: stopped by
  /// a signal, or with its machine. Then every stage gets its limit anew.
  public static let hiccup: Int64 = 2_000_000_000

  private var lastLook: Int64?
  private var graceSince: Int64 = .min

  public init() {}

  /// The stages that stand still, the longest first.
  public mutating func look(at stages: [Heartbeat], now: Int64) -> [Stall] {
    if let lastLook, now - lastLook > Self.hiccup { graceSince = now }
    lastLook = now
    let inGrace = graceSince != .min && now - graceSince < Self.limit
    if inGrace { return [] }
    var stalls: [Stall] = []
    for stage in stages {
      let overdue = stage.overdue(at: now)
      if overdue > Self.limit { stalls.append(Stall(stage: stage.name, overdue: overdue)) }
    }
    return stalls.sorted { $0.overdue > $1.overdue }
  }
}
