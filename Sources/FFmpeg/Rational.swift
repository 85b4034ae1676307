import CFFmpeg
import Media

/// A fraction: a time base in seconds per tick, or a rate in frames per second.
public struct Rational: Hashable, Sendable {
  public var numerator: Int32
  /// Greater than 0.
  public var denominator: Int32

  /// nil unless both parts are greater than 0.
  public init?(_ numerator: Int32, _ denominator: Int32) {
    guard numerator > 0, denominator > 0 else { return nil }
    self.numerator = numerator
    self.denominator = denominator
  }

  init?(_ value: AVRational) { self.init(value.num, value.den) }

  public var value: Double { Double(numerator) / Double(denominator) }

  var libav: AVRational { AVRational(num: numerator, den: denominator) }

  /// The length of `ticks` of this time base, rounded to the nanosecond and saturated at the ends of `MediaTime`.
  public func time(of ticks: Int64) -> MediaTime {
    let scaled = Int128(ticks) * Int128(numerator) * 1_000_000_000
    return MediaTime(nanoseconds: Self.divide(scaled, by: Int128(denominator)))
  }

  /// How many ticks of this time base `time` is, rounded to the nearest and saturated.
  public func ticks(of time: MediaTime) -> Int64 {
    Self.divide(Int128(time.nanoseconds) * Int128(denominator), by: Int128(numerator) * 1_000_000_000)
  }

  private static func divide(_ value: Int128, by divisor: Int128) -> Int64 {
    Int64(clamping: (value + (value < 0 ? -divisor / 2 : divisor / 2)) / divisor)
  }
}
