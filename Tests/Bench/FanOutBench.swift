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
    guard let thread = Threads.named("cupola-media", of: server.processID) else {
      throw BenchError("cupola has no thread cupola-media")
    }
    let crowd = try ViewerCrowd(of: server)
    var joins = [try crowd.join(preset: 0)]
    try crowd.run(for: .seconds(2))
    let alone = try (0..<rounds).map { _ in try Sample.take(of: server, thread, crowd, for: interval) }
    for _ in 1..<viewers { joins.append(try crowd.join(preset: 0)) }
    try crowd.run(for: .seconds(2))
    let full = try (0..<rounds).map { _ in try Sample.take(of: server, thread, crowd, for: interval) }

    let perPacket = full.map { $0.threadSeconds / $0.packets * 1e6 }.median
    let more = full.map(\.packets).median - alone.map(\.packets).median
    let whole = (full.map(\.processSeconds).median - alone.map(\.processSeconds).median) / more * 1e6
    let seconds = interval / .seconds(1)
    let rate = full.map { $0.bytes * 8 / seconds / Double(viewers) / 1e6 }.median
    let packetRate = full.map { $0.packets / seconds }.median
    let lost = full.map(\.lost).reduce(0, +)
    return [
      BenchRow(
        name: "fan-out, \(viewers) viewers, CPU a packet",
        figure: "\(perPacket.text(2)) µs (whole process over one viewer's: \(whole.text(2)) µs)",
        peer: "\(rate.text(1)) Mbit/s each, \(packetRate.text(0)) packets/s, \(lost.text(0)) lost", reach: "≤ 4 µs",
        isReached: perPacket <= 4),
      BenchRow(
        name: "WHEP offer → first packet of media", figure: "p50 \((joins.median * 1000).text(1)) ms",
        peer: "p95 \((joins.percentile(0.95) * 1000).text(1)) ms of \(joins.count)", reach: ""),
    ]
  }

  /// What happened in an interval.
  private struct Sample {
    var threadSeconds, processSeconds, packets, bytes, lost: Double

    static func take(
      of server: CupolaServer, _ thread: Int32, _ crowd: ViewerCrowd, for interval: Duration
    ) throws -> Sample {
      let before = try reading(of: server, thread, crowd)
      try crowd.run(for: interval)
      let after = try reading(of: server, thread, crowd)
      return Sample(
        threadSeconds: after.threadSeconds - before.threadSeconds,
        processSeconds: after.processSeconds - before.processSeconds, packets: after.packets - before.packets,
        bytes: after.bytes - before.bytes, lost: after.lost - before.lost)
    }

    private static func reading(of server: CupolaServer, _ thread: Int32, _ crowd: ViewerCrowd) throws -> Sample {
      Sample(
        threadSeconds: ProcessorTime.of(process: server.processID, thread: thread),
        processSeconds: ProcessorTime.of(process: server.processID),
        packets: try server.metric("cupola_datagrams_sent_total"), bytes: Double(crowd.bytes),
        lost: Double(crowd.packetsLost))
    }
  }
}
