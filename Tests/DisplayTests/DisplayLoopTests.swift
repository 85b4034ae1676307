import Display
import Heartbeats
import Media
import Testing

/// What screens, cards and others who want them do, and what is on the screen then.
@Suite struct DisplayLoopTests {
  private let second: Int64 = 1_000_000_000

  @Test func `a slate is there at once, and the programme when its first picture is`() {
    let stage = Stage()
    stage.play(30, from: 1, to: 3)
    stage.run(to: 3)
    let shown = stage.device.shown
    #expect(shown[0].colour == Stage.slateColour && shown[0].time < second / 5)
    #expect(shown[1].colour == Stage.colour(Stage.luma(0)) && shown[1].time < second + 60_000_000)
    #expect(stage.events == [.shows(SetScreen(connector: .test(modes: Stage.modes), mode: Stage.modes[0]))])
    #expect(stage.report.showsProgramme && stage.report.mode == "640x360@60" && stage.report.connector == "HDMI-A-1")
    #expect(stage.report.reason == nil)
  }

  @Test(arguments: [true, false]) func `every picture of 30 is on for two refreshes of 60`(counts: Bool) {
    let stage = Stage()
    stage.device.countsBlanks = counts
    stage.play(30, from: 1, to: 11)
    stage.run(to: 11)
    let times = stage.device.shown.dropFirst(5).map(\.time)
    #expect(times.count >= 290)
    for (a, b) in zip(times, times.dropFirst()) {
      #expect(abs(Double(b - a) - 2e9 / 60) < (counts ? 1e6 : 6e6), "\(b - a)")
    }
    #expect(stage.report.repeated == 0 && stage.report.missed == 0, "\(stage.report)")
    #expect(stage.device.mostBuffers == 3)
  }

  @Test func `a picture is on within two refreshes of its being there`() {
    let stage = Stage()
    stage.play(30, from: 1, to: 61, projection: 0.008, jitter: 0.003)
    stage.run(to: 61)
    let age = stage.report.age ?? .max
    // Two refreshes and the projection.
    #expect(age < 2_000_000_000 / 60 + 11_000_000, "\(age)")
  }

  @Test func `a new preset's picture between two others is on within two refreshes`() {
    let stage = Stage()
    stage.play(30, from: 1, to: 10)
    for i in 0..<50 {
      let time = 2 + Double(i) * 0.1237
      // It is projected in 8 ms.
      stage.device.at(time + 0.008) {
        stage.exchange.offer(
          ArrivedPicture(
            picture: stage.picture(255), time: Int64(time * 1e9), due: Int64(time * 1e9), arrival: stage.device.now))
        return [.woken]
      }
    }
    stage.run(to: 10)
    let delays = (0..<50).compactMap { i -> Int64? in
      let asked = 2 + Double(i) * 0.1237
      // Its own picture, or the programme's next one, which shows the new preset, too.
      let next = Int(((asked - 1) * 30).rounded(.up))
      let new = [255] + (next..<next + 3).map(Stage.luma)
      let shown = stage.device.shown.first { shown in
        shown.time > Int64(asked * 1e9) && new.contains { Stage.colour($0) == shown.colour }
      }
      return shown.map { $0.time - Int64(asked * 1e9) }
    }.sorted()
    #expect(delays.count == 50)
    #expect(delays[delays.count * 95 / 100] <= 2_000_000_000 / 60 + 8_000_000, "\(delays)")
  }

  @Test func `the last picture stays while none comes, and the card is asked each second`() {
    let stage = Stage()
    stage.play(30, from: 1, to: 2)
    stage.run(to: 3)
    let shown = stage.device.shown.count
    let flips = stage.device.flips
    stage.run(to: 63)
    #expect(stage.device.shown.count == shown)
    #expect((58...62).contains(stage.device.flips - flips))
    #expect(stage.heartbeat.overdue(at: stage.device.now) == 0 && stage.heartbeat.resting == .none)
    #expect(stage.report.missed == 0)
  }

  @Test func `when the programme has nothing the slate comes back, and says what is new`() {
    let stage = Stage()
    stage.play(30, from: 1, to: 2)
    stage.at(3) { $0.hasProgramme = false }
    stage.run(to: 4)
    #expect(stage.device.shown.last?.colour == Stage.slateColour)
    #expect(!stage.report.showsProgramme)
    let before = stage.device.picture
    stage.at(5) { $0.wish.slate.sentence = "The disk is gone." }
    stage.run(to: 6)
    #expect(stage.device.picture != before)
    stage.play(30, from: 7, to: 8)
    stage.run(to: 8)
    #expect(stage.report.showsProgramme)
  }

  @Test func `a line of text lies over the lower edge for as long as was said`() {
    let stage = Stage()
    stage.play(30, from: 1, to: 10)
    stage.at(3) { $0.wish.line = .init(text: "Please wait", seconds: 2) }
    func hasLine() -> Bool { stage.device.picture.map { $0[640 * 355] != $0[0] } ?? false }
    stage.run(to: 2.9)
    #expect(!hasLine())
    stage.run(to: 3.2)
    #expect(hasLine())
    stage.run(to: 4.9)
    #expect(hasLine())
    stage.run(to: 5.2)
    #expect(!hasLine())
    // Over a slate it is the same.
    stage.at(11) { state in
      state.hasProgramme = false
      state.wish.line = .init(text: "Hello", seconds: 1000)
    }
    stage.run(to: 12)
    let slate = stage.device.picture
    stage.at(13) { $0.wish.line = .init(text: "", seconds: 0) }
    stage.run(to: 14)
    #expect(slate != nil && stage.device.picture != slate)
  }

  @Test func `what is shown can be had as a picture`() throws {
    for rotation in DisplayConfiguration.Rotation.allCases {
      let stage = Stage([.test(modes: Stage.modes)], DisplayConfiguration(rotation: rotation))
      stage.run(to: 1)
      let scene = try #require(stage.exchange.state.withLock { $0.scene })
      #expect(ScreenImage(scene, turn: .none).pixels == stage.device.picture)
      let image = ScreenImage(scene, turn: rotation.turn)
      #expect(image.size == rotation.turn.turned(Stage.size))
      let slate = stage.exchange.state.withLock { $0.wish.slate }.drawing(image.size)
      #expect(image.pixels[image.size.width * 30 + 40] == slate[40, 30])
      #expect((0..<image.size.height).allSatisfy { y in image.pixels[y * image.size.width + 60] == slate[60, y] })
    }
  }

  @Test func `nobody overtakes the display: pictures that come too fast give way to newer ones`() {
    let stage = Stage()
    stage.play(500, from: 1, to: 3, projection: 0, jitter: 0)
    stage.run(to: 3.1)
    #expect(stage.report.missed > 800 && stage.device.flips > 110)
    #expect(stage.report.flips + stage.report.missed <= 1003, "\(stage.report)")
  }

  @Test func `ten minutes of 25 on 60, on a screen whose clock drifts, misses nothing but what the drift takes`() {
    let stage = Stage([.test(modes: [.test(320, 200, 60)])])
    stage.device.drift = 50e-6
    let size = VideoSize(width: 320, height: 200)
    stage.play(25, from: 1, to: 600, size: size)
    stage.run(to: 600)
    #expect(stage.report.repeated + stage.report.missed <= 2, "\(stage.report)")
    #expect(stage.report.flips > 14900)
  }

  @Test func `closing gives the card back and ends`() {
    let stage = Stage()
    stage.at(1) { $0.wish.isClosed = true }
    #expect(!stage.run(to: 2))
    #expect(stage.device.calls.last == .close && stage.heartbeat.resting == .stopped)
  }
}
