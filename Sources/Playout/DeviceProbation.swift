import Media

/// When a graphics device that fails is left alone: three failures in ten minutes put it aside for an hour.
///
/// A value without a clock; times are those of whoever asks.
package struct DeviceProbation {
  package static let failures = 3
  package static let window = MediaTime(seconds: 600)
  package static let absence = MediaTime(seconds: 3600)

  private var times: [MediaTime] = []
  private var until: MediaTime?

  package init() {}

  package func isAside(at now: MediaTime) -> Bool { until.map { now < $0 } ?? false }

  /// - Returns: whether this failure puts the device aside.
  package mutating func failed(at now: MediaTime) -> Bool {
    times = times.filter { now - $0 < Self.window } + [now]
    guard times.count >= Self.failures, !isAside(at: now) else { return false }
    times = []
    until = now + Self.absence
    return true
  }
}
