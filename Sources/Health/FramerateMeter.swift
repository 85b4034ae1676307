/// How many frames a second were published lately.
public struct FramerateMeter: Sendable {
  private var samples: [(frames: UInt64, time: Int64)] = []

  public init() {}

  /// - Parameter time: nanoseconds of the monotonic clock.
  public mutating func sample(_ frames: UInt64, at time: Int64) {
    samples.append((frames, time))
    if samples.count > 5 { samples.removeFirst() }
  }

  /// Over the last seconds; 0 before there are two samples.
  public var framesPerSecond: Double {
    guard let first = samples.first, let last = samples.last, last.time > first.time else { return 0 }
    return Double(last.frames &- first.frames) / (Double(last.time - first.time) / 1e9)
  }
}
