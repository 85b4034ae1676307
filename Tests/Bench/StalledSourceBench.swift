import Foundation
import LoopbackServers
import Media
import Playout
import SphericalVideo

/// A network that stalls in mid-packet: what it holds up.
enum StalledSourceBench {
  private static let rounds = 10

  static func run(_ clip: String) throws -> [BenchRow] {
    var (items, switches): ([Double], [Double]) = ([], [])
    let size = MediaBench.size
    let stream = try BenchClip.indexFirst()
    let file = [UInt8](try Data(contentsOf: URL(fileURLWithPath: stream)))
    for _ in 0..<rounds {
      let server = try StallingServer(file: file, part: file.count / 5)
      let (started, encoded) = (Tally(), Tally())
      let player = Player(configuration: PlayerConfiguration(sources: [server.url, clip].map { MediaLocation($0) })) {
        event in
        if case .started = event { started.add() }
      }
      let view = PresetView(preset: MediaBench.preset(yaw: 0), size: size, tables: RemapTableCache())
      let channel = PresetChannel(view: view, rendition: Rendition(size: size)) { _ in encoded.add() }
      player.attach(channel)
      channel.wake()
      player.start()
      defer {
        channel.close()
        player.stop()
      }
      try started.wait(for: 1)
      // Until nothing new has come for a while: a picture that stays is encoded once a second.
      var last = encoded.count
      repeat {
        last = encoded.count
        Thread.sleep(forTimeInterval: 0.5)
      } while encoded.count > last + 2
      let before = encoded.count
      var begin = Date()
      view.update(preset: MediaBench.preset(yaw: 90))
      channel.refresh()
      try encoded.wait(for: before + 1)
      switches.append(Date().timeIntervalSince(begin) * 1000)
      begin = Date()
      player.next()
      try started.wait(for: 2)
      items.append(Date().timeIntervalSince(begin) * 1000)
      Progress.say("a switch \((switches.last ?? .nan).text(0)) ms, the next item \((items.last ?? .nan).text(0)) ms")
    }
    return [
      BenchRow(
        name: "source stalls → switch of preset", figure: "at most \((switches.max() ?? .nan).text(0)) ms",
        peer: "of \(rounds), p50 \(switches.median.text(0)) ms", reach: "", isReached: nil),
      BenchRow(
        name: "source stalls → first picture of the next item, 4K",
        figure: "at most \((items.max() ?? .nan).text(0)) ms",
        peer: "of \(rounds), p50 \(items.median.text(0)) ms; a read gives up after 4 s", reach: "", isReached: nil),
    ]
  }
}
