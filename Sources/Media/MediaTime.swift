/// A point on, or a length of, the appliance's one media time line, in nanoseconds.
///
/// The time line starts with the programme and never jumps back: items, loops and presets all share it.
public struct MediaTime: Hashable, Comparable, Sendable, AdditiveArithmetic {
  public var nanoseconds: Int64

  public static let zero = MediaTime(nanoseconds: 0)

  public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

  public init(seconds: Double) { nanoseconds = Int64((seconds * 1e9).rounded()) }

  public var seconds: Double { Double(nanoseconds) / 1e9 }

  /// The time in units of 1/`rate` s, rounded to the nearest: 90 000 for video RTP, 48 000 for Opus.
  public func ticks(at rate: Int64) -> Int64 {
    let (quotient, remainder) = nanoseconds.quotientAndRemainder(dividingBy: 1_000_000_000)
    return quotient &* rate &+ (remainder * rate + (remainder < 0 ? -500_000_000 : 500_000_000)) / 1_000_000_000
  }

  public static func < (lhs: MediaTime, rhs: MediaTime) -> Bool { lhs.nanoseconds < rhs.nanoseconds }
  public static func + (lhs: MediaTime, rhs: MediaTime) -> MediaTime {
    .init(nanoseconds: lhs.nanoseconds &+ rhs.nanoseconds)
  }
  public static func - (lhs: MediaTime, rhs: MediaTime) -> MediaTime {
    .init(nanoseconds: lhs.nanoseconds &- rhs.nanoseconds)
  }
}
