import Media

/// The way to a place in an item: from a key frame before it all is decoded, and the frame that is on there is the last
/// one that begins no later.
struct ItemSearch {
  enum Verdict {
    case goOn
    /// These are shown, in this order; the first is on at the place.
    case found([SourceFrame])
    /// A frame that was left out may be the one: it is sought once more, with nothing left out.
    case again
  }

  let place: MediaTime
  /// Whether somebody asked for it, and is told when it is there.
  let isAsked: Bool
  /// Nothing is left out on the way.
  private let isThorough: Bool
  /// The last frame that begins no later than the place.
  private var candidate: SourceFrame?

  /// So long before the place every frame is decoded: longer than decoders reorder frames.
  private static let exactWithin = MediaTime(seconds: 1.5)
  /// Containers round stamps to their time base, Matroska to milliseconds.
  private static let tolerance = MediaTime(seconds: 0.001)

  init(for place: MediaTime, isAsked: Bool, isThorough: Bool = false) {
    self.place = place
    self.isAsked = isAsked
    self.isThorough = isThorough
  }

  /// Whether frames that no other needs may be left out now: with as much of the way left.
  var isSparing: Bool {
    guard !isThorough, let candidate else { return false }
    return candidate.position + Self.exactWithin < place
  }

  mutating func take(_ frame: SourceFrame) -> Verdict {
    guard frame.position > place + Self.tolerance else {
      candidate = frame
      return .goOn
    }
    if isSparing {
      self = ItemSearch(for: place, isAsked: isAsked, isThorough: true)
      return .again
    }
    guard let candidate else { return .found([frame]) }
    return .found([Self.rest(of: candidate, from: place, to: frame.position), frame])
  }

  /// Nothing more comes: the last frame is on there, if there was one. Past its end it is seen all the same.
  func last() -> SourceFrame? {
    guard let candidate else { return nil }
    let end = candidate.position + candidate.duration
    return end > place ? Self.rest(of: candidate, from: place, to: end) : candidate
  }

  /// A frame that is on for longer than this is come to where it is sought, and others at their beginning.
  private static let long = MediaTime(seconds: 0.25)

  private static func rest(of frame: SourceFrame, from place: MediaTime, to end: MediaTime) -> SourceFrame {
    guard place - frame.position > long else { return frame }
    var rest = frame
    rest.position = place
    rest.duration = end - place
    return rest
  }
}
