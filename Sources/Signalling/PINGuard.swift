import Fairness
import Synchronization

/// Checks the operator PIN for the whole appliance, and lets wrong ones through slowly only.
///
/// Ten wrong PINs may come from a source at once and one every six seconds after that, over however many connections.
/// Meanwhile its right ones are refused too; those who are operators stay so. What one source does costs no other
/// anything: whoever could empty a bucket that all share would lock the operator out.
///
/// Many sources together: after a hundred wrong PINs, and one a minute from then on, a source that was wrong lately has
/// to wait ten minutes, so that a million PINs take a network of two hundred addresses a month. One that was not wrong
/// is always heard.
public final class PINGuard: Sendable {
  public enum Verdict: Hashable, Sendable {
    case right, wrong
    /// Too many were wrong: nothing was compared.
    case tooMany
  }

  /// More sources than this are not remembered: the one that was wrong the longest time ago is forgotten.
  static let maximumSources = 1024
  static let waitUnderSiege: UInt64 = 600_000_000_000

  private struct Source {
    var tries = TokenBucket(burst: 10, rate: 1.0 / 6)
    var wrongAt: UInt64
  }

  private struct WrongTries {
    var sources: [String: Source] = [:]
    var all = TokenBucket(burst: 100, rate: 1.0 / 60)

    mutating func isHeard(_ name: String, at now: UInt64) -> Bool {
      guard var source = sources[name] else { return true }
      let isUnderSiege = !all.hasToken(at: now)
      if isUnderSiege, now < source.wrongAt &+ PINGuard.waitUnderSiege { return false }
      defer { sources[name] = source }
      return source.tries.hasToken(at: now)
    }

    mutating func note(_ name: String, at now: UInt64) {
      _ = all.take(at: now)
      if sources[name] == nil, sources.count == PINGuard.maximumSources,
        let oldest = sources.min(by: { $0.value.wrongAt < $1.value.wrongAt })
      {
        sources[oldest.key] = nil
      }
      var source = sources[name] ?? Source(wrongAt: now)
      _ = source.tries.take(at: now)
      source.wrongAt = now
      sources[name] = source
    }
  }

  private let pin: [UInt8]
  private let wrongTries = Mutex(WrongTries())

  public init(pin: String) { self.pin = Array(pin.utf8) }

  /// Compares in a time that does not depend on where the PINs differ.
  ///
  /// - Parameters:
  ///   - source: who asks: one name for all that a person can call their own, such as an IPv6 network of 64 bits.
  ///   - now: nanoseconds.
  public func check(_ candidate: String, from source: String, at now: UInt64) -> Verdict {
    wrongTries.withLock { wrongTries in
      guard wrongTries.isHeard(source, at: now) else { return .tooMany }
      if matches(Array(candidate.utf8)) { return .right }
      wrongTries.note(source, at: now)
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
