import Media

/// Which of a screen's modes is set: the configuration's `mode`.
public enum ModeChoice: Hashable, Sendable {
  /// The screen's own size, at a rate that the programme's divides.
  case automatic
  /// A size, and pictures a second (nil: by the programme).
  case fixed(VideoSize, rate: Double?)

  /// The most pixels that are chosen without being asked for: 4096×2160. What is projected costs by the pixel.
  private static let most = 4096 * 2160

  /// "auto", "1920x1080", "1920x1080@60", "3840x2160@29.97"; nil for what is none.
  public init?(_ text: String) {
    if text == "auto" {
      self = .automatic
      return
    }
    let parts = text.split(separator: "@", omittingEmptySubsequences: false)
    let sides = parts[0].split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
    guard parts.count <= 2, sides.count == 2, let width = sides[0], let height = sides[1],
      (320...16384).contains(width), (200...16384).contains(height)
    else { return nil }
    var rate: Double?
    if parts.count == 2 {
      guard let value = Double(parts[1]), (10...500).contains(value) else { return nil }
      rate = value
    }
    self = .fixed(VideoSize(width: width, height: height), rate: rate)
  }

  /// The modes to try, the best first: a card may refuse what a screen offers.
  ///
  /// - Parameters:
  ///   - modes: what the screen offers, absurd ones included.
  ///   - rate: the programme's pictures a second; nil where that is not known.
  package func ranked(_ modes: [DisplayMode], for rate: Double?) -> [DisplayMode] {
    let usable = modes.filter(\.isUsable)
    let native = Self.nativeSize(of: usable)
    let keys = usable.map { mode -> [Double] in
      let byRate = ProgrammeRate(rate).rank(mode)
      let own: [Double] = [mode.isInterlaced ? 1 : 0, mode.size == native ? 0 : 1]
      let automatic = own + [Self.distance(mode.size, native)] + byRate
      // The size that was asked for, or else the screen's own.
      guard case .fixed(let size, let wanted) = self, usable.contains(where: { $0.size == size }) else {
        return automatic
      }
      guard mode.size == size else { return [1] + automatic }
      return [0, wanted.map { (abs(mode.refreshRate - $0) * 100).rounded() } ?? 0] + own + byRate
    }
    return usable.indices.sorted { a, b in
      keys[a] == keys[b] ? a < b : keys[a].lexicographicallyPrecedes(keys[b])
    }.map { usable[$0] }
  }

  /// The size of the mode that the screen calls its own, else of the first one (the kernel's best); of what is too large
  /// the largest that is not.
  private static func nativeSize(of modes: [DisplayMode]) -> VideoSize? {
    let own = (modes.first(where: \.isPreferred) ?? modes.first)?.size
    guard let own, pixels(own) > most else { return own }
    return modes.map(\.size).filter { pixels($0) <= most }.max { pixels($0) < pixels($1) } ?? own
  }

  private static func pixels(_ size: VideoSize) -> Int { size.width * size.height }

  private static func distance(_ size: VideoSize, _ other: VideoSize?) -> Double {
    other.map { Double(abs(pixels(size) - pixels($0))) } ?? 0
  }
}

/// How well a screen's rate suits a programme's.
package struct ProgrammeRate {
  private let rate: Double?

  package init(_ rate: Double?) { self.rate = rate.flatMap { (1...240).contains($0) ? $0 : nil } }

  /// Smaller is better, compared from the first number on.
  ///
  /// First what shows every picture equally long: 59.94 is a multiple of 29.97 and not of 30, which is a thousandth off;
  /// the timings of panels are off by up to half a hundredth, which is next. Then the nearest to 60: faster reacts
  /// sooner, and beyond that costs without being seen. Then what the screen prefers.
  package func rank(_ mode: DisplayMode) -> [Double] {
    let refresh = mode.refreshRate
    var tier = 0.0
    if let rate {
      let multiple = max(1, (refresh / rate).rounded())
      let error = abs(refresh / (rate * multiple) - 1)
      tier = error < 0.0005 ? 0 : error < 0.005 ? 1 : 2
    }
    let toSixty = (abs(refresh - 60) * 10).rounded()
    let preferred: Double = mode.isPreferred ? 0 : 1
    // Where no rate suits, or none is known, the screen's own word counts for more.
    return [tier, tier == 2 || rate == nil ? preferred : 0, toSixty, preferred]
  }

  /// Whether one mode suits better than another: only then is a screen that shows something set anew.
  package func prefers(_ mode: DisplayMode, to other: DisplayMode) -> Bool { rank(mode)[0] < rank(other)[0] }
}
