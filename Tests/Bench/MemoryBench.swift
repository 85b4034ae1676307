import Foundation

/// What stays in memory: a 4K clip over and over, three presets, ten viewers. A megabyte is a million bytes.
enum MemoryBench {
  private static let viewers = 10
  private static let presets = 3
  /// Seconds; many fall into each round of the clip, whose end takes more than its middle.
  private static let interval = 1
  /// A rise by less than this part, over the whole time but the first minute, is none.
  private static let tolerance = 0.02

  static func run(_ clip: String, minutes: Int) throws -> BenchRow {
    let server = try CupolaServer(media: clip)
    defer { server.stop() }
    let crowd = try ViewerCrowd(of: server)
    for viewer in 0..<viewers { try crowd.join(preset: viewer % presets) }
    var samples: [(minute: Double, megabytes: Double)] = []
    for index in 1...(minutes * 60 / interval) {
      try crowd.run(for: .seconds(interval))
      samples.append((Double(index * interval) / 60, server.residentBytes / 1e6))
      if index.isMultiple(of: 60 / interval), let last = samples.last {
        Progress.say("minute \(index * interval / 60): \(last.megabytes.text(1)) MB")
      }
    }
    let settled = samples.filter { $0.minute >= 1 }
    let slope = slope(of: settled)
    // Of the last minute, for it goes up and down with the clip.
    let end = settled.suffix(60 / interval).map(\.megabytes).median
    let growth = slope * Double(minutes - 1) / end
    let maximum = samples.map(\.megabytes).max() ?? .nan
    return BenchRow(
      name: "memory, 4K, \(presets) presets, \(viewers) viewers, after \(minutes) min",
      figure: "\(end.text(0)) MB resident, at most \(maximum.text(0)) MB",
      peer: "\(slope.text(2)) MB/min, \((growth * 100).text(1)) % since minute 1", reach: "≤ 300 MB, flat (< 2 %)",
      isReached: end <= 300 && growth < tolerance)
  }

  /// Of the line with the least squares, in megabytes a minute.
  private static func slope(of samples: [(minute: Double, megabytes: Double)]) -> Double {
    let count = Double(samples.count)
    let minute = samples.map(\.minute).reduce(0, +) / count
    let megabytes = samples.map(\.megabytes).reduce(0, +) / count
    let covariance = samples.reduce(0) { $0 + ($1.minute - minute) * ($1.megabytes - megabytes) }
    let variance = samples.reduce(0) { $0 + ($1.minute - minute) * ($1.minute - minute) }
    return variance > 0 ? covariance / variance : 0
  }
}
