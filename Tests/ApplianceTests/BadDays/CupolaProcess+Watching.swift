import Foundation
import Testing

extension CupolaProcess {
  /// A sample of `/metrics` by its name and labels as they stand there; nil: there is none.
  func metric(_ sample: String) throws -> Double? {
    // Not over a connection that stays, for descriptors are counted here.
    let text = try ask("metrics") ?? ""
    let line = text.split(whereSeparator: \.isNewline).first { $0.hasPrefix(sample + " ") }
    return line.flatMap { Double($0.dropFirst(sample.count + 1)) }
  }

  /// Looks at the sample, and again with each frame that a player gets, until it is as it is wanted or so many frames
  /// have come; its last value. Counters are pushed to nobody.
  func metric(
    _ sample: String, while player: LoopbackPlayer, frames: Int = 300, until isDone: (Double) -> Bool
  ) throws -> Double? {
    for _ in 0..<frames {
      let value = try metric(sample)
      if let value, isDone(value) { return value }
      guard player.seesMore(1) else { return value }
    }
    return try metric(sample)
  }

  /// `/healthz`.
  func health() async throws -> ReportedHealth { try await request("GET", "healthz").decoded() }

  /// A player that watches a preset and has some frames.
  func watch(_ preset: String = "programme", seed: UInt64, frames: Int = 5) async throws -> LoopbackPlayer {
    let player = try LoopbackPlayer(seed: seed)
    let answer = try await request(
      "POST", "whep/\(preset)", headers: ["Content-Type": "application/sdp"], body: player.offer)
    try #require(answer.status == 201, "\(answer.text)")
    try player.accept(answer.text)
    try #require(player.run { $0.frames.count >= frames })
    return player
  }

  /// Whether nothing that is supervised was found standing still.
  var isWithoutAlarm: Bool { !log.contains("stands still") }
}

/// The part of `/healthz` that these tests look at.
struct ReportedHealth: Decodable, Sendable {
  struct Stage: Decodable, Sendable {
    var stage, state: String
    var overdue: Double
  }

  var status: String
  var why: String
  var ready: Bool
  var stages: [Stage]

  subscript(stage: String) -> Stage? { stages.first { $0.stage == stage } }
}

extension LoopbackPlayer {
  /// Runs until so many more frames are here.
  func seesMore(_ count: Int) -> Bool {
    let before = frames.count
    return run { $0.frames.count >= before + count }
  }
}
