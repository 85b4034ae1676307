/// A point in time as RTCP writes it: seconds since 1900 in 32.32 bits (RFC 3550 section 4).
public struct NTPTime: Hashable, Sendable {
  public var bits: UInt64

  public init(bits: UInt64) { self.bits = bits }

  /// From nanoseconds since 1970 (UTC). Before 1900 and after 2036 the number wraps, as the format does.
  public init(unixNanoseconds: Int64) {
    var (seconds, nanoseconds) = unixNanoseconds.quotientAndRemainder(dividingBy: 1_000_000_000)
    if nanoseconds < 0 {
      seconds -= 1
      nanoseconds += 1_000_000_000
    }
    let fraction = (UInt64(bitPattern: nanoseconds) << 32) / 1_000_000_000
    bits = UInt64(bitPattern: seconds &+ 2_208_988_800) << 32 | fraction
  }

  /// The middle 32 bits, in units of 1/65536 s: what report blocks carry.
  public var middle: UInt32 { UInt32(truncatingIfNeeded: bits >> 16) }
}
