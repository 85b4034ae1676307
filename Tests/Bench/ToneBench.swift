import ColourModels
import FFmpeg
import Media
import SphericalVideo

/// What tone mapping a view costs, and how far it is from BT.2390 in floating point.
enum ToneBench {
  private static let rounds = 101

  /// A view of the 4K clip, taken for PQ and for HLG.
  static func run(_ clip: String) throws -> [BenchRow] {
    let frame = try MediaBench.firstFrame(of: clip)
    let projected = try VideoFrame.make(size: MediaBench.size, layout: .yuv420p10)
    MediaBench.project(frame, through: try MediaBench.table(for: frame, yaw: 40), into: projected)
    return try [("PQ", 16 as Int32), ("HLG", 18)].map { name, transfer in
      let colour = ColourDescription(range: .limited, primaries: 9, transfer: transfer, matrix: 9)
      guard let source = ToneMap.Source(colour) else { throw BenchError("\(name) is no HDR") }
      let map = ToneMap(source)
      let target = try VideoFrame.make(size: MediaBench.size)
      let times = (0..<rounds).map { _ in
        let begin = ProcessorTime.ofThisThread
        projected.withPicture { source in target.withMutablePicture { map.apply(source, into: $0) } }
        return (ProcessorTime.ofThisThread - begin) * 1000
      }
      let worst = projected.withPicture { source in
        target.withPicture { ToneModel(isHLG: name == "HLG").worstDifference(of: $0, from: source) }
      }
      Progress.say("\(name): \(times.median.text(2)) ms, worst difference \(worst.text(1))")
      return BenchRow(
        name: "tone mapping of \(name), 720p, one thread",
        figure: "\(times.median.text(2)) ms (\(ToneMap.Kernel.best))",
        peer: "BT.2390 in floating point: \(worst.text(1)) codes off at most", reach: "≤ 2.5 ms, ≤ 3",
        isReached: times.median <= 2.5 && worst <= 3)
    }
  }
}
