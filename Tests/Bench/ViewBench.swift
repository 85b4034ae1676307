import FFmpeg
import Foundation
import Media
import Playout
import SphericalVideo

/// Two viewers of one preset, one in H.264 and one in VP8: a view for both, beside a view each, in turn in one run.
enum ViewBench {
  private static let rounds = 5
  private static let frames = 150
  private static let size = VideoSize(width: 1280, height: 720)

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
    let player = Player(configuration: PlayerConfiguration(sources: [clip]))
    let tables = RemapTableCache()
    func view() -> PresetView {
      PresetView(
        preset: CameraPreset(
          number: 0, name: "0", orientation: Orientation(yaw: .degrees(0)), fieldOfView: .degrees(90)),
        size: size, tables: tables)
    }
    let one = view()
    let encoded = Tally()
    let channels = VideoCodec.allCases.map { codec in
      PresetChannel(view: sharesView ? one : view(), rendition: Rendition(codec: codec, size: size)) { _ in
        encoded.add()
      }
    }
    for channel in channels {
      player.attach(channel)
      channel.wake()
    }
    player.start()
    defer {
      channels.forEach { $0.close() }
      player.stop()
    }
    try encoded.wait(for: 60)
    let (begin, first) = (ProcessorTime.ofThisProcess, encoded.count)
    try encoded.wait(for: first + 2 * frames)
    let (end, last) = (ProcessorTime.ofThisProcess, encoded.count)
    return (end - begin) / (Double(last - first) / 2) * 1000
  }
}
