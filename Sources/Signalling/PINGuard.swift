import Synchronization

/// Checks the operator PIN for the whole appliance, and lets wrong ones through slowly only.
///
/// Ten wrong PINs may come at once and one every six seconds after that, whoever tries and over however many
/// connections: a million PINs take ten weeks. Meanwhile right ones are refused too; those who are operators stay so.
public final class PINGuard: Sendable {
  public enum Verdict: Hashable, Sendable {
    case right, wrong
    /// Too many were wrong: nothing was compared.
    case tooMany
  }

  private let pin: [UInt8]
  private let wrongTries = Mutex(TokenBucket(burst: 10, rate: 1.0 / 6))

  public init(pin: String) { self.pin = Array(pin.utf8) }

  /// Compares in a time that does not depend on where the PINs differ. `now` is in nanoseconds.
  public func check(_ candidate: String, at now: UInt64) -> Verdict {
    wrongTries.withLock { bucket in
      guard bucket.hasToken(at: now) else { return .tooMany }
      if matches(Array(candidate.utf8)) { return .right }
      _ = bucket.take(at: now)
      return .wrong
    }
  }

  private func matches(_ candidate: [UInt8]) -> Bool {
    var difference = pin.count ^ candidate.count
    for (index, byte) in pin.enumerated() {
      difference |= Int(byte ^ (index < candidate.count ? candidate[index] : ~byte))
    }
    return difference == 0 && !pin.isEmpty
  }
}
