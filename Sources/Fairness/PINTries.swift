/// Decides which guesses at the operator PIN are compared at all, so that guessing takes a year and nobody is locked out
/// by the guesses of others.
///
/// **A source's own budget.** Each source may be wrong five times at once and once in ten seconds after that. Only wrong
/// PINs are taken from it: a remote that sends the right one with every command is never slowed.
///
/// **All sources together** may be wrong key space / 63,000,000 times a second (two years for all PINs, one on average),
/// which is kept as a stock of a day's worth. For PINs as Cupola makes them (2^40) that is 17,000 a second and never
/// empty, because the sources' own budgets come first. It matters for short ones: four digits allow 14 wrong ones a day,
/// six 1,371. Then the stock is shared in eighths, so that who guesses least is heard first: the last eighth is for
/// sources that were right before, the one above it for those that never were wrong, and who was wrong n times takes
/// only what is above n + 1 eighths (7 at most). So a thousand strangers get one guess each, and after that what is left
/// belongs to those who are new: the operator among them is compared at once. A queue would do no better: the first
/// guess of a stranger and the operator's are not to be told apart, so either both are compared or neither.
///
/// **Who was right** and then uses up its own budget by wrong ones counts as one that is wrong, until it is right again.
///
/// What is refused was not compared. Tokens (see `OperatorTokens`) pass by all of this. Everything is bounded: sources
/// are remembered in two generations of `generation`, of which the older is dropped, and not by time: a stranger that
/// waits is no new one. Who was right has places of its own that no stranger gets.
///
/// Pure: time is an argument, in nanoseconds of a monotonic clock.
public struct PINTries: Sendable {
  public enum Verdict: Hashable, Sendable {
    case right, wrong
    /// Nothing was compared; it may be in so many seconds, at least 1.
    case slowed(seconds: Int)
  }

  static let ownBurst = 5
  /// Seconds between two wrong ones of a source.
  public static let interval = 10.0
  /// Seconds in which all PINs of a kind may be tried: two years.
  public static let search = 63_000_000.0
  static let day = 86_400.0
  /// Sources that are remembered for their wrong PINs are between one and two times so many.
  static let generation = 2048
  /// Sources that were right, of which the ones that were right the longest time ago give way.
  static let maximumRight = 64

  private struct Record {
    var own = TokenBucket(burst: PINTries.ownBurst, rate: 1 / PINTries.interval)
    var wrong = 0
  }

  private let pin: PIN
  /// Wrong ones a second, all sources together.
  public let rate: Double
  /// A day's worth of them.
  let stockSize: Double
  private var stock: Double
  private var stockedAt: UInt64?
  private var recent: [Source: Record] = [:]
  private var older: [Source: Record] = [:]
  /// When each of these sources was right last.
  private var right: [Source: UInt64] = [:]

  public init(pin: PIN) {
    self.pin = pin
    rate = pin.keySpace / Self.search
    stockSize = rate * Self.day
    stock = stockSize
  }

  /// Wrong PINs that are compared a day at most.
  public static func perDay(_ pin: PIN) -> Double { PINTries(pin: pin).stockSize }

  /// Compares `candidate`, if it is the turn of `source`.
  public mutating func check(_ candidate: String, from source: Source, at now: UInt64) -> Verdict {
    fill(to: now)
    var record = recent[source] ?? older[source] ?? Record()
    let ownWait = record.own.wait(at: now)
    guard ownWait == 0 else { return .slowed(seconds: Self.wholeSeconds(ownWait)) }
    let eighths = right[source] != nil ? 0 : min(record.wrong + 1, 7)
    let missing = stockSize * Double(eighths) / 8 + 1 - stock
    guard missing <= 0 else { return .slowed(seconds: Self.wholeSeconds(missing / rate)) }
    if pin.matches(candidate) {
      noteRight(source, at: now)
      if record.wrong > 0 {
        // Its budget stays as it is: a stranger may hide behind the same address.
        record.wrong = 0
        remember(record, of: source)
      }
      return .right
    }
    stock -= 1
    _ = record.own.take(at: now)
    record.wrong += 1
    if !record.own.hasToken(at: now) { right[source] = nil }
    remember(record, of: source)
    return .wrong
  }

  private mutating func fill(to now: UInt64) {
    if let stockedAt, now > stockedAt { stock = min(stockSize, stock + Double(now - stockedAt) * 1e-9 * rate) }
    stockedAt = max(now, stockedAt ?? now)
  }

  private mutating func remember(_ record: Record, of source: Source) {
    if recent[source] == nil, recent.count >= Self.generation {
      older = recent
      recent = [:]
    }
    recent[source] = record
  }

  private mutating func noteRight(_ source: Source, at now: UInt64) {
    right[source] = now
    if right.count > Self.maximumRight, let oldest = right.min(by: { $0.value < $1.value }) { right[oldest.key] = nil }
  }

  private static func wholeSeconds(_ seconds: Double) -> Int { Int(min(max(seconds.rounded(.up), 1), 86_400 * 365)) }
}
