import Heartbeats
import Testing

@Suite struct SupervisionTests {
  private let second: Int64 = 1_000_000_000

  /// Looks twice a second from `begin` to `end`, as a supervisor does; the stalls of the last look.
  private func look(
    _ supervision: inout Supervision, at stages: [Heartbeat], from begin: Int64 = 0, to end: Int64
  ) -> [Supervision.Stall] {
    var stalls: [Supervision.Stall] = []
    for time in stride(from: begin, through: end, by: Int(second) / 2) {
      stalls = supervision.look(at: stages, now: time)
    }
    return stalls
  }

  @Test func `a stage that does what is due is never late`() {
    let stage = Heartbeat("decoder")
    var supervision = Supervision()
    for time in stride(from: Int64(0), to: 60 * second, by: Int(second) / 2) {
      stage.beat(next: time + second / 30)
      #expect(supervision.look(at: [stage], now: time).isEmpty)
    }
    #expect(stage.count == 120)
  }

  @Test func `a stage that stands still is named when its limit is over, and not before`() {
    let (good, bad) = (Heartbeat("web server"), Heartbeat("decoder"))
    good.rest(.nothingToSend)
    bad.expect(by: 0)
    var supervision = Supervision()
    #expect(look(&supervision, at: [good, bad], to: Supervision.limit).isEmpty)
    let stalls = look(
      &supervision, at: [good, bad], from: Supervision.limit + second / 2, to: Supervision.limit + second)
    #expect(stalls.map(\.stage) == ["decoder"])
    #expect(stalls.first.map { $0.overdue == Supervision.limit + second } == true)
  }

  @Test func `looking again does not move what is due; only work and rest do`() {
    let stage = Heartbeat("preset")
    stage.expect(by: 5)
    stage.expectUnlessExpected(by: 1000)
    #expect(stage.overdue(at: 105) == 100)
    stage.beat(next: 1000)
    #expect(stage.overdue(at: 105) == 0 && stage.count == 1)
    stage.rest(.paused)
    #expect(stage.overdue(at: .max) == 0 && stage.resting == .paused)
    stage.expectUnlessExpected(by: 2000)
    #expect(stage.overdue(at: 2001) == 1 && stage.resting == .none)
  }

  @Test func `what rests is exempt for as long as it rests, and says why`() {
    for reason in Heartbeat.Rest.allCases where reason != .none {
      let stage = Heartbeat("stage")
      stage.rest(reason)
      var supervision = Supervision()
      #expect(look(&supervision, at: [stage], to: 3600 * second).isEmpty)
      #expect(stage.resting == reason && !reason.words.isEmpty)
    }
  }

  @Test func `when the whole process was held up every stage gets its limit anew`() {
    let stage = Heartbeat("decoder")
    stage.beat(next: 0)
    var supervision = Supervision()
    #expect(look(&supervision, at: [stage], to: second).isEmpty)
    // Stopped by a signal for an hour.
    let back = 3600 * second
    #expect(look(&supervision, at: [stage], from: back, to: back + Supervision.limit - second).isEmpty)
    #expect(
      !look(&supervision, at: [stage], from: back + Supervision.limit - second / 2, to: back + Supervision.limit)
        .isEmpty)
  }

  @Test func `the longest stall comes first`() {
    let stages = (0..<3).map { Heartbeat("\($0)") }
    for (index, stage) in stages.enumerated() { stage.expect(by: Int64([5, 1, 3][index])) }
    var supervision = Supervision()
    let stalls = look(&supervision, at: stages, to: Supervision.limit + second)
    #expect(stalls.map(\.stage) == ["1", "2", "0"])
  }
}
