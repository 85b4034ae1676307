import Foundation
import Health
import Heartbeats
import Signalling
import Testing

@Suite struct HealthReportTests {
  @Test func `a verdict comes with every stage it was made from`() throws {
    let stage = Heartbeat("decoder")
    stage.beat(next: 1_000_000_000)
    let summary = HealthSummary(
      status: .failing, uptime: 5, framerate: 0, framesDecoded: 1, framesLate: 0, decodeErrors: 0, decoder: "software",
      viewers: 0, awakePresets: [])
    let report = HealthReport(
      status: .failing, why: "decoder stands still", ready: false, nothingToPlay: true,
      stages: [.init(stage, at: 3_250_600_000)],
      health: summary)
    let json = try #require(
      try JSONSerialization.jsonObject(with: JSONEncoder().encode(report)) as? [String: Any])
    #expect(json["status"] as? String == "failing" && json["ready"] as? Bool == false)
    #expect(json["nothingToPlay"] as? Bool == true)
    #expect(json["why"] as? String == "decoder stands still" && json["health"] is [String: Any])
    let stages = try #require(json["stages"] as? [[String: Any]])
    #expect(stages.count == 1)
    #expect(stages[0]["stage"] as? String == "decoder" && stages[0]["state"] as? String == "at work")
    // To a thousandth of a second.
    #expect(stages[0]["beats"] as? Int == 1 && stages[0]["overdue"] as? Double == 2.251)
  }

  @Test(arguments: Heartbeat.Rest.allCases.filter { $0 != .none })
  func `a stage that rightly stands still is late by nothing, and says why`(reason: Heartbeat.Rest) {
    let stage = Heartbeat("decoder")
    stage.beat(next: 1)
    stage.rest(reason)
    let told = HealthReport.Stage(stage, at: .max)
    #expect(told.overdue == 0 && told.state == reason.words && told.beats == 1)
  }
}
