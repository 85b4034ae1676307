import Display
import Heartbeats
import Media
import Testing

/// Screens that come and go, and cards that fail in every way: what is told, and how soon the picture is back.
@Suite struct FaultTests {
  private let second: Int64 = 1_000_000_000

  /// When the programme's picture was first on at or after a time, in seconds.
  private func back(_ stage: Stage, after seconds: Double) -> Double? {
    stage.device.shown.first { $0.time >= Int64(seconds * 1e9) && $0.colour != Stage.slateColour }
      .map { Double($0.time) / 1e9 }
  }

  private func isBack(_ stage: Stage, after seconds: Double, within limit: Double = 1) -> Bool {
    back(stage, after: seconds).map { $0 - seconds <= limit } ?? false
  }

  @Test(arguments: [true, false]) func `without a screen at the start it waits, and shows the programme when one comes`(
    tells: Bool
  ) {
    let stage = Stage(Stage.unplugged)
    stage.play(30, from: 1, to: 20)
    stage.run(to: 9)
    #expect(stage.report.reason == .noScreen && stage.heartbeat.resting == .noScreen)
    #expect(stage.events == [.rests(.noScreen)])
    stage.plug([.test(modes: Stage.modes)], at: 10, tells: tells)
    stage.run(to: 12)
    #expect(isBack(stage, after: 10))
    #expect(stage.heartbeat.resting == .none)
  }

  @Test(arguments: [true, false], [0.3, 1.5, 60]) func `a screen that is unplugged and plugged again is set anew`(
    tells: Bool, gone: Double
  ) {
    let stage = Stage()
    stage.play(30, from: 1, to: 30 + gone)
    // The looks are at whole seconds: this is between them.
    stage.plug(Stage.unplugged, at: 10.9, tells: tells)
    stage.plug([.test(modes: Stage.modes)], at: 10.9 + gone, tells: tells)
    stage.run(to: 20 + gone)
    let sets = stage.device.calls.filter { if case .setMode = $0 { true } else { false } }
    #expect(sets.count == 2, "\(stage.device.calls)")
    #expect(isBack(stage, after: 10.9 + gone))
    if gone > 2 {
      #expect(stage.device.calls.contains(.disable), "or the port does not come back")
      #expect(stage.events.contains(.rests(.noScreen)))
    }
    #expect(stage.report.showsProgramme && stage.report.reason == nil)
  }

  @Test(arguments: [true, false]) func `another screen has its own mode, and gets a slate until its pictures come`(
    tells: Bool
  ) {
    let stage = Stage()
    stage.play(30, from: 1, to: 10)
    stage.plug([.test(modes: [.test(800, 600, 60)], screen: 8)], at: 5, tells: tells)
    stage.play(30, from: 8, to: 10, size: VideoSize(width: 800, height: 600))
    stage.run(to: 7)
    #expect(stage.report.mode == "800x600@60" && stage.device.shown.last?.colour == Stage.slateColour)
    guard case .shows(let screen) = stage.events.last else { return #expect(Bool(false), "\(stage.events)") }
    #expect(screen.mode.size == VideoSize(width: 800, height: 600))
    stage.run(to: 10)
    #expect(stage.report.showsProgramme)
  }

  @Test func `a screen moved to another socket is found there`() {
    let stage = Stage([.test(1, "HDMI-A-1", modes: Stage.modes), .test(2, "HDMI-A-2", .disconnected)])
    stage.play(30, from: 1, to: 20)
    stage.plug([.test(1, "HDMI-A-1", .disconnected), .test(2, "HDMI-A-2", modes: Stage.modes)], at: 10)
    stage.run(to: 14)
    #expect(stage.report.connector == "HDMI-A-2" && stage.report.showsProgramme)
    #expect(stage.device.calls.suffix(2) == [.disable, .setMode("HDMI-A-2", "640x360@60")])
  }

  @Test func `what a connector says is right only after the mode set, and is read again`() {
    let stage = Stage(Stage.unplugged)
    // The kernel goes on saying what was before until somebody asks the screen itself.
    stage.device.known = Stage.unplugged
    stage.plug([.test(modes: Stage.modes)], at: 3)
    stage.run(to: 5)
    #expect(stage.report.reason == nil && stage.device.isLit)
    stage.run(to: 60)
    let sets = stage.device.calls.filter { if case .setMode = $0 { true } else { false } }
    #expect(sets.count == 1, "\(sets)")
  }

  @Test func `a screen that is there is not probed each second, for that holds up the picture`() {
    let stage = Stage()
    stage.run(to: 2)
    let probes = stage.device.probes
    stage.run(to: 60)
    #expect(stage.device.probes == probes)
  }

  @Test func `a connector that says it is plugged and has no mode is no screen`() {
    let stage = Stage([.test(modes: [])])
    stage.run(to: 5)
    #expect(stage.report.reason == .noScreen && !stage.device.isLit)
  }

  @Test func `absurd modes and modes that the card refuses are passed over`() {
    let stage = Stage([.test(modes: [.test(0, 0, 60, isPreferred: true), .test(640, 360, 60), .test(640, 360, 50)])])
    stage.device.faults.setMode = { $0.refreshRate > 55 ? .invalid : nil }
    stage.run(to: 60)
    #expect(stage.report.mode == "640x360@50")
    // The refused one is not tried again each second.
    #expect(stage.device.calls.filter { $0 == .setMode("HDMI-A-1", "640x360@60") }.count == 1)
  }

  @Test func `a card that takes no mode, or has no memory, is asked again and named`() {
    for error in [DeviceError.invalid, .noMemory] {
      let stage = Stage()
      stage.device.faults.setMode = { _ in error }
      stage.run(to: 5)
      #expect(stage.report.reason == .noMode && stage.events.count == Stage.modes.count + 1, "\(stage.events)")
      stage.device.faults.setMode = { _ in nil }
      stage.run(to: 6)
      #expect(stage.report.reason == nil)
    }
    let stage = Stage()
    stage.device.faults.buffers = .noMemory
    stage.run(to: 5)
    #expect(stage.report.reason == .noMode)
  }

  @Test(arguments: [DeviceError.noCard, .denied, .held, .other(5)]) func `without a card it waits, and says why`(
    error: DeviceError
  ) {
    let stage = Stage()
    stage.device.faults.open = error
    stage.run(to: 10)
    #expect(stage.report.reason == .noCard(error))
    #expect(stage.heartbeat.resting == (error == .held ? .cardHeld : .noCard))
    #expect(stage.events == [.rests(.noCard(error))], "said once")
    stage.device.faults.open = nil
    stage.play(30, from: 10, to: 12)
    stage.run(to: 12)
    #expect(isBack(stage, after: 10))
  }

  @Test(arguments: [DeviceError.held, .noCard]) func `a master that is lost is waited for and taken back`(
    error: DeviceError
  ) {
    let stage = Stage()
    stage.play(30, from: 1, to: 40)
    stage.device.at(5) {
      stage.device.faults.flip = error
      stage.device.faults.open = error
      return []
    }
    stage.run(to: 29)
    #expect(stage.report.reason == .noCard(error))
    #expect(stage.device.calls.contains(.close))
    stage.device.at(30) {
      stage.device.faults.flip = nil
      stage.device.faults.open = nil
      return []
    }
    stage.run(to: 32)
    #expect(isBack(stage, after: 30) && stage.report.reason == nil)
  }

  @Test func `a card that is pulled out and put back is found again`() {
    let stage = Stage()
    stage.play(30, from: 1, to: 40)
    stage.device.at(5) {
      stage.device.faults.connectors = .noCard
      stage.device.faults.flip = .noCard
      stage.device.faults.open = .noCard
      stage.device.faults.disable = .noCard
      return [.changed]
    }
    stage.run(to: 19)
    #expect(stage.report.reason == .noCard(.noCard))
    stage.device.at(20) {
      stage.device.faults = .init()
      return [.changed]
    }
    stage.run(to: 22)
    #expect(isBack(stage, after: 20))
  }

  @Test func `EBUSY at a flip is normal`() {
    let stage = Stage()
    stage.play(30, from: 1, to: 10)
    for i in 0..<30 {
      stage.device.at(3 + Double(i) * 0.1) {
        stage.device.faults.flip = .busy
        return []
      }
      stage.device.at(3.04 + Double(i) * 0.1) {
        stage.device.faults.flip = nil
        return []
      }
    }
    stage.run(to: 10)
    let sets = stage.device.calls.filter { if case .setMode = $0 { true } else { false } }
    #expect(sets.count == 1 && stage.report.showsProgramme && !stage.events.contains(.recovers(.busy)))
  }

  @Test func `a flip that never completes is forgotten, and does not freeze the screen`() {
    let stage = Stage()
    stage.play(30, from: 1, to: 20)
    stage.device.at(5) {
      stage.device.faults.hangs = true
      return []
    }
    stage.device.at(5.5) {
      stage.device.faults.hangs = false
      return []
    }
    // As a driver does that forgets it: the event of the first one is lost.
    stage.device.at(5.45) {
      stage.device.loseFlip()
      return []
    }
    stage.run(to: 20)
    #expect(stage.events.contains(.recovers(.busy)))
    #expect(isBack(stage, after: 5.5) && stage.report.showsProgramme)
    #expect(stage.device.shown.last.map { $0.time > 19 * second } == true)
  }

  @Test func `a card that hangs is opened anew again and again, and named, while everything else goes on`() {
    let stage = Stage()
    stage.play(30, from: 1, to: 63)
    stage.device.at(5) {
      stage.device.faults.hangs = true
      return []
    }
    stage.run(to: 30)
    #expect((3...10).contains(stage.device.calls.filter { $0 == .close }.count), "and not more and more often")
    #expect(stage.heartbeat.overdue(at: stage.device.now) == 0, "a supervisor does not restart the stream for it")
    stage.device.at(31) {
      stage.device.faults.hangs = false
      return []
    }
    stage.run(to: 62)
    #expect(stage.report.showsProgramme && stage.report.reason == nil)
  }

  @Test func `switched off is off, whatever is plugged, and on again with the picture`() {
    let stage = Stage()
    stage.play(30, from: 1, to: 80)
    stage.at(5) { $0.wish.isOn = false }
    stage.run(to: 6)
    #expect(!stage.device.isLit && stage.report.reason == .switchedOff && stage.heartbeat.resting == .switchedOff)
    #expect(stage.report.connector == "HDMI-A-1" && !stage.report.isOn)
    // It drops its line, for there is no signal, and comes back, and so on.
    for i in 0..<20 {
      stage.plug(i % 2 == 0 ? Stage.unplugged : [.test(modes: Stage.modes)], at: 10 + Double(i), tells: true)
    }
    stage.run(to: 40)
    #expect(
      !stage.device.isLit && stage.device.calls.filter { if case .setMode = $0 { true } else { false } }.count == 1)
    stage.at(50.3) { $0.wish.isOn = true }
    stage.run(to: 52)
    #expect(isBack(stage, after: 50.3, within: 0.1), "\(back(stage, after: 50.3) ?? -1)")
    #expect(stage.report.isOn && stage.report.reason == nil)
  }

  @Test func `without a card it is not asked for more often when it is to be off`() {
    let stage = Stage()
    stage.device.faults.open = .noCard
    stage.at(0.1) { $0.wish.isOn = false }
    stage.run(to: 10)
    #expect(stage.device.calls.filter { $0 == .open }.count < 25)
  }

  @Test func `events by the thousand are one look`() {
    let stage = Stage()
    stage.run(to: 1)
    let probes = stage.device.probes
    for i in 0..<5000 { stage.device.at(2 + Double(i) * 1e-4) { [.changed, .changed] } }
    stage.run(to: 3)
    #expect(stage.device.probes - probes <= 7)
  }

  @Test func `an event of a flip of before is nobody's`() {
    let stage = Stage()
    stage.run(to: 2)
    stage.device.at(2.1) { (0..<1000).map { .flipped(serial: $0 &* 7_919, FlipStamp(count: 5, time: .max)) } }
    stage.device.at(2.2) { [.flipped(serial: .max, FlipStamp(count: 5, time: .min))] }
    stage.run(to: 2.5)
    #expect(stage.report.flips <= 3 && stage.report.repeated == 0 && stage.report.age == nil)
  }

  @Test func `a process that stood still goes on where the programme is`() {
    let stage = Stage()
    stage.play(30, from: 1, to: 20)
    stage.device.at(5) {
      // What came meanwhile is all there at once.
      stage.device.stop(for: 5)
      return []
    }
    stage.run(to: 12)
    #expect(isBack(stage, after: 10, within: 0.1) && stage.report.showsProgramme)
    #expect(!stage.events.contains { if case .recovers = $0 { true } else { false } }, "\(stage.events)")
  }
}
