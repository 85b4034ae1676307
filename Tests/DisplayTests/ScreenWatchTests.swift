import Display
import Testing

/// The watch, second by second.
@Suite struct ScreenWatchTests {
  private let second: Int64 = 1_000_000_000
  private let hdmi = Connector.test()
  private let nothing = [Connector.test(1, "HDMI-A-1", .disconnected)]

  private func watching(_ connectors: [Connector], at now: Int64 = 0) -> ScreenWatch {
    var watch = ScreenWatch(connector: .automatic, mode: .automatic)
    if case .set(let connector, let modes) = watch.look(at: connectors, rate: 30, now: now) {
      watch.didSet(connector, modes[0], refused: [], now: now)
    }
    return watch
  }

  private func isSet(_ order: ScreenWatch.Order) -> Bool { if case .set = order { true } else { false } }

  @Test func `a screen that is there is set once`() {
    var watch = watching([hdmi])
    #expect(watch.screen?.mode.description == "1920x1080@60")
    for time in 1...60 { #expect(watch.look(at: [hdmi], rate: 30, now: Int64(time) * second) == .keep) }
  }

  @Test func `without a screen nothing is done, and one that comes is set`() {
    var watch = watching(nothing)
    #expect(watch.screen == nil && watch.look(at: nothing, rate: 30, now: second) == .keep)
    #expect(watch.look(at: [], rate: 30, now: second) == .keep)
    #expect(isSet(watch.look(at: [hdmi], rate: 30, now: 2 * second)))
  }

  @Test func `a screen that is unplugged is switched off after a second, and set again when it is back`() {
    var watch = watching([hdmi])
    #expect(watch.look(at: nothing, rate: 30, now: 10 * second) == .keep)
    #expect(watch.look(at: nothing, rate: 30, now: 11 * second) == .disable)
    watch.didClear()
    #expect(isSet(watch.look(at: [hdmi], rate: 30, now: 12 * second)))
  }

  @Test func `a screen that is back within the second is set anew, though nothing was switched off`() {
    var watch = watching([hdmi])
    _ = watch.look(at: nothing, rate: 30, now: 10 * second)
    #expect(isSet(watch.look(at: [hdmi], rate: 30, now: 10 * second + second / 2)))
  }

  @Test func `another screen at the same socket is set anew, seen going or not`() {
    var watch = watching([hdmi])
    #expect(isSet(watch.look(at: [.test(screen: 8)], rate: 30, now: 10 * second)))
    #expect(isSet(watch.look(at: [.test(modes: [.test(1280, 720, 60)])], rate: 30, now: 10 * second)))
  }

  @Test func `a line that the mode set itself makes flicker is left alone`() {
    var watch = watching([hdmi])
    #expect(watch.look(at: nothing, rate: 30, now: second) == .keep)
    #expect(watch.look(at: [hdmi], rate: 30, now: second + second / 2) == .keep)
    var bad = hdmi
    bad.isLinkBad = true
    #expect(isSet(watch.look(at: [bad], rate: 30, now: 3 * second)), "unless the kernel asks for one")
  }

  @Test func `a screen that drops its line after each mode set is not chased`() {
    var watch = watching([hdmi])
    var now: Int64 = 0
    var sets = 0
    var isPlugged = true
    var nextChange: Int64 = 3 * second
    // Three seconds with a picture, and the line is down until the signal is; then back.
    while now < 600 * second {
      now += second / 2
      if isPlugged, now >= nextChange { isPlugged = false }
      switch watch.look(at: isPlugged ? [hdmi] : nothing, rate: 30, now: now) {
      case .disable:
        watch.didClear()
        isPlugged = true
      case .set(let connector, let modes):
        sets += 1
        watch.didSet(connector, modes[0], refused: [], now: now)
        nextChange = now + 3 * second
      case .keep: break
      }
    }
    #expect(sets < 600 / 15, "\(sets) mode sets in ten minutes")
  }

  @Test func `another rate sets another mode only where that suits better`() {
    var watch = watching([hdmi])
    #expect(watch.look(at: [hdmi], rate: 60, now: second) == .keep)
    #expect(watch.look(at: [hdmi], rate: nil, now: second) == .keep)
    guard case .set(let connector, let modes) = watch.look(at: [hdmi], rate: 25, now: 10 * second) else {
      Issue.record("25 wants 50")
      return
    }
    #expect(modes[0].description == "1920x1080@50")
    // The card takes the second one only.
    watch.didSet(connector, modes[1], refused: [modes[0]], now: 10 * second)
    #expect(watch.look(at: [hdmi], rate: 25, now: 20 * second) == .keep)
  }
}
