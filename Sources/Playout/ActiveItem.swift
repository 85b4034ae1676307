import FFmpeg
import Media
import SphericalVideo

/// An item while the player plays it.
final class ActiveItem {
  /// nil for the test card.
  let item: PlaylistItem?
  /// Its place in the playlist.
  let index: Int
  private(set) var description: SourceDescription
  /// Let go of when nothing more comes out of it, for a decoder holds many pictures.
  private(set) var source: (any FrameSource)?
  /// Where it lies on the appliance's time line.
  var timeline = ItemTimeline()
  /// How many frames came out of it.
  var frames = 0
  /// Where the last of them ends; nil after a jump, until another comes.
  var reached: MediaTime?
  /// The place in it that was asked for.
  var seek = Seek.none
  /// Since when there has been nothing to decode.
  var waitingSince: MediaTime?
  /// While nobody knows yet whether it ends the process.
  private var trial: ItemTrial?
  /// Those of the source's decode errors that are counted already.
  var decodeErrors = 0
  private var view: (frame: ShownFrame, view: SourceView)?

  /// What a view of a frame depends on.
  private struct ShownFrame: Hashable {
    var size: VideoSize
    var layout: PlanarPicture.Layout
    var turn: PictureTurn?
    var packing: FramePacking?
  }

  enum Seek {
    case none
    /// Frames before the place are only decoded, for the sake of those that refer to them.
    case underway(ItemSearch)
    /// The next frame that goes out is the one that was sought.
    case found
  }

  /// The way to a place in it, while it is on it.
  var search: ItemSearch? {
    if case .underway(let search) = seek { search } else { nil }
  }

  /// What was asked for has not come yet.
  var isSought: Bool {
    if case .none = seek { false } else { true }
  }

  init(_ open: OpenItem, journal: (any ItemJournal)? = nil) {
    trial = ItemTrial(open.item.url, in: journal)
    item = open.item
    index = open.index
    source = open.source
    description = open.source.description
  }

  init(testCard: any FrameSource) {
    item = nil
    index = 0
    source = testCard
    description = testCard.description
  }

  /// How long a frame is usually seen. No less than 1/120 s, whatever a file says of itself: some name the resolution of
  /// their time stamps, a millisecond, and every frame would be late.
  var period: MediaTime { max(description.frameDuration, MediaTime(seconds: 1 / 120)) }

  /// Nothing more comes out of it.
  var hasEnded: Bool { source == nil }

  /// Lets its decoder go.
  ///
  /// - Parameter isWhole: whether it was played to its end, and so has done no harm.
  func end(isWhole: Bool = false) {
    source = nil
    if isWhole { trial?.pass() }
    trial = nil
  }

  var isOnTrial: Bool { trial != nil }

  /// A picture at `position` is going to be shown.
  func advance(to position: MediaTime) {
    if let trial, trial.passes(at: position) { self.trial = nil }
  }

  /// A frame with what it is a picture of, which may change within an item.
  func timedFrame(_ sourceFrame: SourceFrame, _ time: MediaTime) -> TimedFrame {
    let (frame, second) = (sourceFrame.frame, sourceFrame.second)
    guard let layout = frame.layout else { preconditionFailure("sources convert what cannot be projected") }
    let shown = ShownFrame(
      size: frame.size, layout: layout, turn: sourceFrame.turn, packing: sourceFrame.packing)
    if let view, view.frame == shown { return TimedFrame(frame: frame, second: second, time: time, view: view.view) }
    if let packing = shown.packing { description.projection.take(packing) }
    let turn = shown.turn
    let shape = description.projection
    let region = shape.region(of: frame.size, turn: turn)
    let geometry = SourceGeometry(
      size: region.size, layout: layout, projection: shape.projection(for: region.size, turn: turn))
    let view = SourceView(region: region, geometry: geometry)
    self.view = (shown, view)
    return TimedFrame(frame: frame, second: second, time: time, view: view)
  }

  func describe(into state: inout PlayerState) {
    state.item = item
    state.index = item == nil ? nil : index
    state.duration = description.duration
    state.isTestCard = description.isTestCard
    if !description.isTestCard { state.testCardReason = nil }
    state.geometry = description.projection.description
    state.shape = description.projection.report
    state.decoder = description.decoder
    state.decoderReason = nil
    state.hasEnded = false
  }
}

/// A decoded frame that waits for its time.
struct QueuedFrame {
  var frame: SourceFrame
  var due: MediaTime
  var item: ActiveItem

  /// How long a frame is usually seen, by which its lateness is judged.
  var period: MediaTime { item.period }

  /// Roughly what it takes of memory.
  var bytes: Int {
    frame.frame.size.width * frame.frame.size.height * 3 / 2 * (frame.frame.layout?.bytesPerSample ?? 1)
      * (frame.second == nil ? 1 : 2)
  }
}
