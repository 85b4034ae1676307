import FFmpeg
import Media

/// A frame of an item, in order of display.
package struct SourceFrame {
  package var frame: VideoFrame
  /// The other picture that belongs to it, of the same size, layout and colour; nil of a source that has one.
  package var second: VideoFrame?
  /// Where it lies in the item.
  package var position: MediaTime
  /// How long it is seen, as far as known.
  package var duration: MediaTime
  /// How it says that it is turned to be upright, and what it says of two eyes, and what decoded it; nil: as the source's
  /// description says.
  package var turn: PictureTurn?
  package var packing: FramePacking?
  package var decoder: DecoderStatus?

  package init(
    frame: VideoFrame, second: VideoFrame? = nil, position: MediaTime, duration: MediaTime, turn: PictureTurn? = nil,
    packing: FramePacking? = nil, decoder: DecoderStatus? = nil
  ) {
    self.frame = frame
    self.second = second
    self.turn = turn
    self.packing = packing
    self.position = position
    self.duration = duration
    self.decoder = decoder
  }

  /// Whether it can be looked at: what a device kept, for nobody watched when it was decoded, cannot.
  package var hasSamples: Bool { frame.hasSamples && second?.hasSamples != false }
}

/// What a short piece of work on a source came to.
package enum SourceStep {
  case frame(SourceFrame)
  /// Something was done, but no frame came of it yet.
  case working
  /// There is nothing to work on yet; whoever was given to `start` is woken when there is.
  case waiting
  /// The place that was sought cannot be; it goes on where it was.
  case notSought
  case end
}

/// An open item: gives frames when asked, on the player's thread.
package protocol FrameSource: AnyObject {
  var description: SourceDescription { get }

  /// Does a piece of work that is short enough to be done between two frames.
  ///
  /// - Throws: `MediaError` when the item cannot go on.
  func step() throws(MediaError) -> SourceStep

  /// It is going to be played: what blocks is done ahead from now on, and raises `wakeup` when there is something.
  func start(waking wakeup: Wakeup)

  /// Decodes the first picture ahead, blocking, where that takes long and there is room for it beside another item: a
  /// decoder gives it only when it has got as many packets as it is behind by.
  func warmUp(interruption: Interruption)

  /// Goes on from the last key frame at or before `position`.
  func seek(to position: MediaTime)

  /// Leaves out frames that no other frame needs, where that can be told before they are decoded.
  var isSparing: Bool { get set }

  /// Whether anybody sees the frames that come next; a device keeps those that nobody sees.
  var isWatched: Bool { get set }

  /// What went wrong without ending the item.
  var decodeErrors: Int { get }
}

extension FrameSource {
  /// There is nothing that blocks.
  package func start(waking wakeup: Wakeup) {}

  package func warmUp(interruption: Interruption) {}

  /// Frames that lie in the processor's memory anyway cost nothing more when they are seen.
  package var isWatched: Bool {
    get { true }
    set {}
  }
}

/// What is known of an open item.
package struct SourceDescription: Sendable {
  package var duration: MediaTime?
  /// `duration`, when the file itself says so: an estimate proves nothing of a file that ends earlier.
  package var claimedDuration: MediaTime?
  /// The usual distance between frames.
  package var frameDuration: MediaTime
  package var projection: SourceProjection
  /// "software", or the name of the hardware.
  package var decoder: String
  /// What its file was when it was opened; nil for what is no file.
  package var stamp: FileStamp?
  /// Why it is known to break off, whatever it claims; nil: it is not.
  package var cut: String?
  package var isTestCard = false

  package init(
    duration: MediaTime?, claimedDuration: MediaTime? = nil, frameDuration: MediaTime, projection: SourceProjection,
    decoder: String, stamp: FileStamp? = nil, cut: String? = nil, isTestCard: Bool = false
  ) {
    self.duration = duration
    self.claimedDuration = claimedDuration
    self.frameDuration = frameDuration
    self.projection = projection
    self.decoder = decoder
    self.stamp = stamp
    self.cut = cut
    self.isTestCard = isTestCard
  }
}
