/// How many datagrams were dropped for each reason.
public struct DropCounters: Equatable, Sendable {
  private var counts = [UInt64](repeating: 0, count: DropReason.allCases.count)

  public init() {}

  public subscript(reason: DropReason) -> UInt64 { counts[reason.rawValue] }

  public var total: UInt64 { counts.reduce(0, &+) }

  mutating func count(_ reason: DropReason, times: Int = 1) {
    counts[reason.rawValue] &+= UInt64(truncatingIfNeeded: times)
  }
}
