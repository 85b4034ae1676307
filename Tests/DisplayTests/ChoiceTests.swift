import Media
import Testing

import Display

@Suite struct ChoiceTests {
  private func best(_ choice: ModeChoice, _ modes: [DisplayMode], _ rate: Double?) -> String? {
    choice.ranked(modes, for: rate).first?.description
  }

  @Test(
    arguments: [
      (24.0, "1920x1080@24"), (25, "1920x1080@50"), (30000.0 / 1001, "1920x1080@59.94"), (29.97, "1920x1080@59.94"),
      (30, "1920x1080@60"), (50, "1920x1080@50"), (60000.0 / 1001, "1920x1080@59.94"), (59.94, "1920x1080@59.94"),
      (60, "1920x1080@60"), (15, "1920x1080@60"),
    ] as [(Double, String)])
  func `of the modes of the screen's own size the one is set that shows every picture equally long`(
    rate: Double, mode: String
  ) {
    #expect(best(.automatic, Connector.televisionModes, rate) == mode)
  }

  @Test func `where no rate suits, or none is known, the screen's own mode is set`() {
    let laptop: [DisplayMode] = [.test(1366, 768, 59.8, isPreferred: true), .test(1366, 768, 40), .test(1024, 768, 50)]
    #expect(best(.automatic, laptop, 25) == "1366x768@59.8")
    #expect(best(.automatic, laptop, 30) == "1366x768@59.8", "a panel's timing is a little off")
    #expect(best(.automatic, Connector.televisionModes, nil) == "1920x1080@60")
    #expect(
      best(.automatic, [.test(2560, 1440, 144, isPreferred: true), .test(2560, 1440, 60)], nil) == "2560x1440@144")
    for rate in [0, -1, .nan, .infinity, 1e9] { #expect(best(.automatic, laptop, rate) == "1366x768@59.8") }
  }

  @Test func `a mode that is asked for is set, and one that there is not is the screen's own`() throws {
    func choice(_ text: String) throws -> ModeChoice { try #require(ModeChoice(text)) }
    #expect(best(try choice("1280x720@50"), Connector.televisionModes, 30) == "1280x720@50")
    #expect(best(try choice("1280x720"), Connector.televisionModes, 25) == "1280x720@50")
    #expect(best(try choice("1920x1080@29.97"), Connector.televisionModes, 30) == "1920x1080@29.97")
    #expect(best(try choice("3840x2160@60"), Connector.televisionModes, 25) == "1920x1080@50")
    for text in ["", "x", "1920", "1920x", "1920x1080@", "1920x1080@0", "1920x1080@nan", "1x1", "99999x1080", "a@b@c"] {
      #expect(ModeChoice(text) == nil, "\(text)")
    }
  }

  @Test func `absurd modes are passed over`() {
    var noClock = DisplayMode.test(1920, 1080, 60, isPreferred: true)
    noClock.timing.clock = 0
    var noTotal = DisplayMode.test(1920, 1080, 60, isPreferred: true)
    noTotal.timing.vertical.total = 0
    let absurd: [DisplayMode] = [
      noClock, noTotal, .test(0, 0, 60, isPreferred: true), .test(1, 1, 60), .test(60000, 2, 60),
      .test(1920, 1080, 5000), .test(1920, 1080, 1), .test(1920, 1080, 60, flags: 1 << 5),
      .test(1920, 1080, 60, flags: 1 << 14),
    ]
    #expect(ModeChoice.automatic.ranked(absurd, for: 30).isEmpty)
    #expect(best(.automatic, absurd + [.test(1024, 768, 60)], 30) == "1024x768@60")
    #expect(ConnectorChoice.automatic.choose(among: [.test(modes: absurd)]) == nil)
  }

  @Test func `a screen with more pixels than can be projected is set to the largest that can`() {
    let modes: [DisplayMode] = [.test(7680, 4320, 60, isPreferred: true), .test(3840, 2160, 60), .test(1920, 1080, 60)]
    #expect(best(.automatic, modes, 30) == "3840x2160@60")
    #expect(best(.fixed(VideoSize(width: 7680, height: 4320), rate: nil), modes, 30) == "7680x4320@60")
  }

  @Test func `interlaced is the last choice`() {
    #expect(best(.automatic, [.test(1920, 1080, 30, flags: 1 << 4), .test(1280, 720, 60)], 60) == "1280x720@60")
    #expect(best(.automatic, [.test(1920, 1080, 30, flags: 1 << 4)], 60) == "1920x1080@60i")
  }

  @Test func `the connector is the one with a screen, what is plugged before what is built in`() {
    let (panel, hdmi, empty) = (
      Connector.test(1, "eDP-1", isBuiltIn: true), Connector.test(2, "HDMI-A-1"),
      Connector.test(3, "DP-1", .disconnected)
    )
    let automatic = ConnectorChoice.automatic
    #expect(automatic.choose(among: [empty, panel, hdmi])?.name == "HDMI-A-1")
    #expect(automatic.choose(among: [empty, panel])?.name == "eDP-1")
    #expect(automatic.choose(among: [empty]) == nil)
    let other = Connector.test(4, "HDMI-A-2")
    #expect(automatic.choose(among: [hdmi, other], current: 4)?.name == "HDMI-A-2", "the one in use stays")
    #expect(automatic.choose(among: [.test(5, "VGA-1", .unknown), panel])?.name == "eDP-1")
    #expect(automatic.choose(among: [.test(5, "VGA-1", .unknown)])?.name == "VGA-1")
    #expect(automatic.choose(among: [.test(modes: [])]) == nil, "a stale one: plugged, it says, and has no mode")
    #expect(ConnectorChoice.named("hdmi-a-2").choose(among: [hdmi, other])?.id == 4)
    #expect(ConnectorChoice.named("DP-1").choose(among: [hdmi, empty]) == nil)
    #expect(ConnectorChoice.none.choose(among: [hdmi]) == nil)
  }

  @Test func `a connector is written as the kernel writes it`() {
    #expect(ConnectorChoice("auto") == .automatic)
    #expect(ConnectorChoice("none") == ConnectorChoice.none)
    #expect(ConnectorChoice("HDMI-A-1") == .named("HDMI-A-1"))
    for text in ["", "../card0", "HDMI A", String(repeating: "x", count: 99)] { #expect(ConnectorChoice(text) == nil) }
  }

  @Test func `the kernel's messages about screens are told from all others`() {
    func message(_ fields: String...) -> [UInt8] { Array(fields.joined(separator: "\0").utf8) + [0] }
    #expect(
      KernelEvents.isAboutScreens(message("change@/devices/x/drm/card0", "ACTION=change", "SUBSYSTEM=drm", "HOTPLUG=1"))
    )
    #expect(!KernelEvents.isAboutScreens(message("add@/devices/x", "ACTION=add", "SUBSYSTEM=usb")))
    #expect(!KernelEvents.isAboutScreens(message("add@/x", "XSUBSYSTEM=drm", "SUBSYSTEM=drmx")))
    for bytes in [[], [0], [0, 0, 0], [UInt8](repeating: 255, count: 4096)] {
      #expect(!KernelEvents.isAboutScreens(bytes))
    }
  }
}
