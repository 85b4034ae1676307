import Foundation
import Media
import Playout
import SphericalVideo

/// Two viewers of one preset, one in H.264 and one in VP8: a view for both, beside a view each, in turn in one run.
enum ViewBench {
  private static let rounds = 5

  static func run(_ clip: String) throws -> BenchRow {
    var (shared, apart): ([Double], [Double]) = ([], [])
    for _ in 0..<rounds {
      shared.append(try millisecondsPerFrame(clip, sharesView: true))
      apart.append(try millisecondsPerFrame(clip, sharesView: false))
      Progress.say("one view \((shared.last ?? .nan).text(1)) ms a frame, two \((apart.last ?? .nan).text(1)) ms")
    }
    let ratio = shared.median / apart.median
    return BenchRow(
      name: "one preset in H.264 and VP8, CPU a frame", figure: "\(shared.median.text(1)) ms",
      peer: "a projection for each \(apart.median.text(1)) ms: \(ratio.text(2)) of it", reach: "< 1",
      isReached: ratio < 1)
  }

  private static func millisecondsPerFrame(_ clip: String, sharesView: Bool) throws -> Double {
    let tables = RemapTableCache()
    let size = MediaBench.size
    func view() -> PresetView { PresetView(preset: MediaBench.preset(yaw: 0), size: size, tables: tables) }
    let one = view()
    let renditions = VideoCodec.allCases.map { codec in
      (view: sharesView ? one : view(), rendition: Rendition(codec: codec, size: size))
    }
    return try MediaBench.secondsPerPlayedFrame(clip, renditions: renditions) * 1000
  }
}
