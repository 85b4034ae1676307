/// Lets `burst` things pass at once and `rate` a second after that.
public struct TokenBucket: Sendable {
  private let burst: Double
  private let rate: Double
  private var tokens: Double
  private var filledAt: UInt64?

  public init(burst: Int, rate: Double) {
    self.burst = Double(burst)
    self.rate = rate
    tokens = Double(burst)
  }

  /// Takes a token if there is one. `now` is in nanoseconds; time that goes backwards fills nothing.
  public mutating func take(at now: UInt64) -> Bool {
    fill(to: now)
    guard tokens >= 1 else { return false }
    tokens -= 1
    return true
  }

  /// Whether there is a token, which stays.
  public mutating func hasToken(at now: UInt64) -> Bool {
    fill(to: now)
    return tokens >= 1
  }

  /// Seconds until there is a token; 0: there is one.
  public mutating func wait(at now: UInt64) -> Double {
    hasToken(at: now) ? 0 : (1 - tokens) / rate
  }

  private mutating func fill(to now: UInt64) {
    if let filledAt, now > filledAt { tokens = min(burst, tokens + Double(now - filledAt) * 1e-9 * rate) }
    filledAt = max(now, filledAt ?? now)
  }
}
