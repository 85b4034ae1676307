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

  /// Asks again and again until the sample is as it is wanted, so many seconds at most; its last value.
  ///
  /// As a scraper does, for counters are told to whoever asks and pushed to nobody.
  func metric(
    _ sample: String, within limit: Duration = .seconds(10), until isDone: (Double) -> Bool
  ) throws -> Double? {
    let end = ContinuousClock.now + limit
    while true {
      let value = try metric(sample)
      if let value, isDone(value) { return value }
      if ContinuousClock.now > end { return value }
    }
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
