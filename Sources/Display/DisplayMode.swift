import Media

/// A mode that a screen offers: its size, and the timing of its signal.
public struct DisplayMode: Hashable, Sendable {
  /// The numbers of `drm_mode_modeinfo`, in pixels, lines and kHz.
  public struct Timing: Hashable, Sendable {
    public var clock: UInt32
    public var horizontal: Sweep
    public var vertical: Sweep
    public var skew: UInt16
    public var scan: UInt16
    public var flags: UInt32
    public var type: UInt32

    /// Where a line's (a picture's) sync pulse lies, and how long all of it is.
    public struct Sweep: Hashable, Sendable {
      public var syncStart: UInt16
      public var syncEnd: UInt16
      public var total: UInt16

      public init(syncStart: UInt16, syncEnd: UInt16, total: UInt16) {
        self.syncStart = syncStart
        self.syncEnd = syncEnd
        self.total = total
      }
    }

    public init(
      clock: UInt32, horizontal: Sweep, vertical: Sweep, skew: UInt16 = 0, scan: UInt16 = 0, flags: UInt32 = 0,
      type: UInt32 = 0
    ) {
      self.clock = clock
      self.horizontal = horizontal
      self.vertical = vertical
      self.skew = skew
      self.scan = scan
      self.flags = flags
      self.type = type
    }
  }

  /// DRM_MODE_FLAG_INTERLACE, _DBLSCAN, and the bits of _3D_MASK.
  private static let interlaced: UInt32 = 1 << 4
  private static let doubleScanned: UInt32 = 1 << 5
  private static let stereoscopic: UInt32 = 0x1F << 14
  /// DRM_MODE_TYPE_PREFERRED
  static let preferred: UInt32 = 1 << 3

  public var size: VideoSize
  public var timing: Timing

  public init(size: VideoSize, timing: Timing) {
    self.size = size
    self.timing = timing
  }

  /// Whether the screen calls it its own.
  public var isPreferred: Bool { timing.type & Self.preferred != 0 }

  public var isInterlaced: Bool { timing.flags & Self.interlaced != 0 }

  /// Pictures a second; 0 for a timing that is none. (drm_mode_vrefresh, exactly.)
  public var refreshRate: Double {
    let total = Double(timing.horizontal.total) * Double(timing.vertical.total)
    guard total > 0 else { return 0 }
    var rate = Double(timing.clock) * 1000 / total
    if isInterlaced { rate *= 2 }
    if timing.flags & Self.doubleScanned != 0 { rate /= 2 }
    if timing.scan > 1 { rate /= Double(timing.scan) }
    return rate
  }

  /// From one vertical blank to the next, in nanoseconds.
  public var refreshPeriod: Double { 1e9 / refreshRate }

  /// Whether a picture can be shown in it: screens, and what pretends to be one, offer modes without a size, without a
  /// clock and with a thousand pictures a second.
  public var isUsable: Bool {
    let rates = 10.0...500.0
    return size.width >= 320 && size.height >= 200 && size.width <= 16384 && size.height <= 16384
      && rates.contains(refreshRate) && timing.flags & (Self.doubleScanned | Self.stereoscopic) == 0
      && Int(timing.horizontal.total) >= size.width && Int(timing.vertical.total) >= size.height
  }
}

extension DisplayMode: CustomStringConvertible {
  /// "1920x1080@60", "1920x1080@59.94".
  public var description: String {
    let hundredths = Int((refreshRate * 100).rounded())
    let (whole, part) = hundredths.quotientAndRemainder(dividingBy: 100)
    let digits = part == 0 ? "" : part % 10 == 0 ? ".\(part / 10)" : part < 10 ? ".0\(part)" : ".\(part)"
    return "\(size)@\(whole)\(digits)\(isInterlaced ? "i" : "")"
  }
}
