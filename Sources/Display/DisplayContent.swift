import Media

/// What there is to show: the programme's last picture, the slate, and what lies over them.
struct DisplayContent {
  struct Change {
    var slate = false
    var programme = false
    var overlays = false
  }

  private let configuration: DisplayConfiguration
  private var slate = Slate(name: "")
  private var hasProgramme = false
  private var lastPicture: Picture?
  private var line: (text: String, until: Int64)?
  /// Drawn once and kept while they are the same.
  private var drawnSlate: (slate: Slate, size: VideoSize, drawing: Drawing)?
  private var drawnOverlays: (size: VideoSize, overlays: [Overlay])?

  init(_ configuration: DisplayConfiguration) { self.configuration = configuration }

  /// When something is to be taken off.
  var deadline: Int64 { line?.until ?? .max }

  /// Takes what others have said; what of it changes what is shown.
  mutating func take(_ news: DisplayExchange.State, now: Int64) -> Change {
    var change = Change()
    var slate = news.wish.slate
    if configuration.code == .none { slate.hasCode = false }
    change.slate = slate != self.slate
    change.overlays = configuration.code == .corner && slate.addresses.first != self.slate.addresses.first
    self.slate = slate
    change.programme = news.hasProgramme != hasProgramme
    hasProgramme = news.hasProgramme
    lastPicture = hasProgramme ? news.inbox.last?.picture ?? lastPicture : nil
    if hasProgramme { drawnSlate = nil }
    if let new = news.wish.line {
      line = new.text.isEmpty ? nil : (new.text, now + Int64(min(max(new.seconds, 0), 86400) * 1e9))
      change.overlays = true
    }
    if let line, now >= line.until {
      self.line = nil
      change.overlays = true
    }
    if change.overlays || change.programme { drawnOverlays = nil }
    return change
  }

  /// What a screen of this size (as it is stored) shows before anything new comes.
  mutating func scene(for size: VideoSize) -> Scene {
    if hasProgramme, let lastPicture, lastPicture.size == size {
      return Scene(base: .picture(lastPicture), overlays: overlays(for: size))
    }
    if let drawnSlate, drawnSlate.slate == slate, drawnSlate.size == size {
      return Scene(base: .drawing(drawnSlate.drawing), overlays: overlays(for: size))
    }
    let turn = configuration.rotation.turn
    let drawing = slate.drawing(turn.turned(size)).stored(by: turn)
    drawnSlate = (slate, size, drawing)
    return Scene(base: .drawing(drawing), overlays: overlays(for: size))
  }

  /// What lies over it.
  mutating func overlays(for size: VideoSize) -> [Overlay] {
    if let drawnOverlays, drawnOverlays.size == size { return drawnOverlays.overlays }
    let turn = configuration.rotation.turn
    let upright = turn.turned(size)
    var overlays: [Overlay] = []
    if configuration.code == .corner, hasProgramme, let code = slate.addresses.first.flatMap(QRCode.init) {
      overlays.append(TextLine.corner(code, size: upright))
    }
    if let line { overlays.append(TextLine.bar(line.text, size: upright)) }
    overlays = overlays.map { $0.stored(by: turn, in: upright) }
    drawnOverlays = (size, overlays)
    return overlays
  }
}
