/// A point on, or a length of, the appliance's one media time line, in nanoseconds.
///
/// The time line starts with the programme and never jumps back: items, loops and presets all share it.
public struct MediaTime: Hashable, Comparable, Sendable, AdditiveArithmetic {
  public var nanoseconds: Int64

  public static let zero = MediaTime(nanoseconds: 0)

  public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

  /// Saturated at the ends of what can be said; zero for what is no number.
  public init(seconds: Double) {
    let value = (seconds * 1e9).rounded()
    if let exact = Int64(exactly: value) {
      nanoseconds = exact
    } else {
      nanoseconds = value.isNaN ? 0 : value < 0 ? .min : .max
    }
  }

  public var seconds: Double { Double(nanoseconds) / 1e9 }

  /// The time in units of 1/`rate` s, rounded to the nearest: 90 000 for video RTP, 48 000 for Opus.
  public func ticks(at rate: Int64) -> Int64 {
    let (quotient, remainder) = nanoseconds.quotientAndRemainder(dividingBy: 1_000_000_000)
    return quotient &* rate &+ (remainder * rate + (remainder < 0 ? -500_000_000 : 500_000_000)) / 1_000_000_000
  }

  public static func < (lhs: MediaTime, rhs: MediaTime) -> Bool { lhs.nanoseconds < rhs.nanoseconds }
  /// Saturated: a stamp that somebody made up must not turn late into early.
  public static func + (lhs: MediaTime, rhs: MediaTime) -> MediaTime {
    let (sum, overflow) = lhs.nanoseconds.addingReportingOverflow(rhs.nanoseconds)
    return .init(nanoseconds: overflow ? (lhs.nanoseconds < 0 ? .min : .max) : sum)
  }
  public static func - (lhs: MediaTime, rhs: MediaTime) -> MediaTime {
    let (difference, overflow) = lhs.nanoseconds.subtractingReportingOverflow(rhs.nanoseconds)
    return .init(nanoseconds: overflow ? (lhs.nanoseconds < 0 ? .min : .max) : difference)
  }
}
