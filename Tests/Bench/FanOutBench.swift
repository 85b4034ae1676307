import Foundation

/// What a viewer more costs: 40 WHEP viewers of one preset of 4 Mbit/s.
enum FanOutBench {
  static let viewers = 40
  private static let rounds = 3
  /// The clip's length, so that every round sees the same pictures.
  private static let interval = Duration.seconds(10)

  static func run(_ clip: String) throws -> [BenchRow] {
    let server = try CupolaServer(media: clip)
    defer { server.stop() }
    let crowd = try ViewerCrowd(of: server)
    var joins: [Double] = []
    for _ in 0..<viewers {
      joins.append(try crowd.join(preset: 0))
      // A stream makes a key frame for newcomers ten times a second at most; nobody should wait for his turn.
      try crowd.run(for: .milliseconds(Int.random(in: 120..<250)))
    }
    try crowd.run(for: .seconds(2))
    let samples = try (0..<rounds).map { _ in try Sample.take(of: server, crowd, for: interval) }

    let media = samples.map { $0.mediaSeconds / $0.packets * 1e6 }.median
    let service = samples.map { $0.serviceSeconds / $0.packets * 1e6 }.median
    let seconds = interval / .seconds(1)
    let rate = samples.map { $0.bytes * 8 / seconds / Double(viewers) / 1e6 }.median
    let packetRate = samples.map { $0.packets / seconds }.median
    let lost = samples.map(\.lost).reduce(0, +)
    return [
      BenchRow(
        name: "fan-out, \(viewers) viewers, CPU a packet",
        figure: "\(service.text(2)) µs without decoding and encoding (\(media.text(2)) µs on the socket's thread)",
        peer: "\(rate.text(1)) Mbit/s each, \(packetRate.text(0)) packets/s, \(lost.text(0)) lost",
        reach: "≤ 4 µs, ≥ 3.6 Mbit/s", isReached: service <= 4 && rate >= 3.6),
      BenchRow(
        name: "WHEP offer → first packet of media", figure: "p50 \((joins.median * 1000).text(1)) ms",
        peer: "p95 \((joins.percentile(0.95) * 1000).text(1)) ms of \(joins.count)", reach: ""),
    ]
  }

  /// What happened in an interval.
  private struct Sample {
    /// Of the media socket's thread.
    var mediaSeconds: Double
    /// Of every thread but those that decode, project and encode.
    var serviceSeconds: Double
    var packets, bytes, lost: Double

    static func take(of server: CupolaServer, _ crowd: ViewerCrowd, for interval: Duration) throws -> Sample {
      let before = try reading(of: server, crowd)
      try crowd.run(for: interval)
      let after = try reading(of: server, crowd)
      guard after.mediaSeconds > before.mediaSeconds else { throw BenchError("cupola has no thread cupola-media") }
      return Sample(
        mediaSeconds: after.mediaSeconds - before.mediaSeconds,
        serviceSeconds: after.serviceSeconds - before.serviceSeconds, packets: after.packets - before.packets,
        bytes: after.bytes - before.bytes, lost: after.lost - before.lost)
    }

    private static func reading(of server: CupolaServer, _ crowd: ViewerCrowd) throws -> Sample {
      // libav calls its threads av:…
      let pictures = ["player", "preset", "open", "av:"]
      return Sample(
        mediaSeconds: ProcessorTime.of(process: server.processID) { $0 == "cupola-media" },
        serviceSeconds: ProcessorTime.of(process: server.processID) { name in
          !pictures.contains { name.hasPrefix($0) }
        },
        packets: try server.metric("cupola_datagrams_sent_total"), bytes: Double(crowd.bytes),
        lost: Double(crowd.packetsLost))
    }
  }
}
