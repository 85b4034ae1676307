import Display
import Media

extension DisplayMode {
  /// A mode with a timing that gives this rate.
  static func test(
    _ width: Int, _ height: Int, _ rate: Double, isPreferred: Bool = false, flags: UInt32 = 0
  ) -> DisplayMode {
    let (across, down) = (width + 280, height + 45)
    return DisplayMode(
      size: VideoSize(width: width, height: height),
      timing: Timing(
        clock: UInt32((Double(across * down) * rate / 1000).rounded()),
        horizontal: .init(syncStart: UInt16(width + 80), syncEnd: UInt16(width + 120), total: UInt16(across)),
        vertical: .init(syncStart: UInt16(height + 4), syncEnd: UInt16(height + 9), total: UInt16(down)), flags: flags,
        type: isPreferred ? 8 : 0))
  }
}

extension Connector {
  /// What most televisions offer.
  static let televisionModes: [DisplayMode] = [
    .test(1920, 1080, 60, isPreferred: true), .test(1920, 1080, 60 / 1.001), .test(1920, 1080, 50),
    .test(1920, 1080, 60, flags: 1 << 4), .test(1920, 1080, 30), .test(1920, 1080, 30 / 1.001), .test(1920, 1080, 25),
    .test(1920, 1080, 24), .test(1280, 720, 60), .test(1280, 720, 50), .test(640, 480, 60),
  ]

  static func test(
    _ id: UInt32 = 1, _ name: String = "HDMI-A-1", _ status: Status = .connected,
    modes: [DisplayMode] = televisionModes, screen: UInt64 = 7, isBuiltIn: Bool = false
  ) -> Connector {
    Connector(
      id: id, name: name, status: status, modes: status == .disconnected ? [] : modes,
      screen: status == .disconnected ? 0 : screen, isBuiltIn: isBuiltIn)
  }
}
