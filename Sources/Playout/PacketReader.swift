import FFmpeg
import Media

/// Reads the packets of an item, ahead of its decoders and on a thread of its own: a disk or a network that does not
/// answer holds up nobody.
///
/// Until `start`, and where the system has no thread to give, it reads on the thread that asks for a packet.
package final class PacketReader: Sendable {
  /// What there is for a track.
  package enum Next {
    case packet(PacketBox)
    /// Something could not be read; what follows may be.
    case damaged(MediaError)
    /// Nothing yet; whoever was given to `start` is woken when there is.
    case pending
    /// Nothing as long as so much is held for other tracks.
    case starved
    /// Reading has gone to another place, as was asked, or could not (false) and goes on where it was.
    case positioned(Bool)
    case end
    case failed(MediaError)
  }

  /// Where to read on.
  package enum Place: Hashable, Sendable {
    case start
    /// The last key frame of the video at or before this time of the item.
    case keyFrame(before: MediaTime)
    /// The last key frame of the video before the picture with this stamp, which is known to be there.
    case picture(stamp: Int64)
  }

  /// The video that was found.
  package let video: VideoStream
  package let tracks: [Track]
  /// The video and another one like it, in their order; nil when there is none.
  package let pair: TrackPair?
  /// What its picture is taken for.
  package let projection: SourceProjection
  package let container: Container
  /// What is read, as it was when it was opened; nil for an address.
  package let stamp: FileStamp?
  private let core: PacketReaderCore
  private let interruption: Interruption

  /// Opens `url`, blocking; reads its video.
  ///
  /// - Parameters:
  ///   - shape: what is said of its picture, whatever it says itself.
  ///   - track: the index of the video to read; nil: the best.
  package init(
    url: MediaLocation, access: MediaAccess, shape: ShapeOverride = .none, track: Int? = nil, memory: PictureMemory,
    interruption: Interruption
  ) throws(MediaError) {
    let closing = Interruption(parent: interruption)
    let demuxer = try Demuxer(url: url, access: access, track: track, memory: memory) { closing.isRaised }
    guard let video = demuxer.video else { throw .noVideo }
    self.interruption = closing
    self.video = video
    tracks = demuxer.tracks
    container = demuxer.container
    stamp = demuxer.file?.stamp
    pair = TrackPair(of: video, among: demuxer.tracks)
    projection = SourceProjection(
      of: video, in: demuxer, name: PrintableLocation(url).name, override: shape)
    let limits = Self.limits(isAddress: demuxer.file == nil)
    core = PacketReaderCore(PacketSource(demuxer, video: video), tracks: [video.index], limits: limits)
  }

  deinit { close() }

  /// A disk answers at once; a network may pause, and is read further ahead.
  private static func limits(isAddress: Bool) -> PacketLimits {
    .init(ahead: isAddress ? 16 << 20 : 2 << 20, starving: 64 << 20)
  }

  /// Reads ahead from now on, and wakes `wakeup` when there is something for who found nothing.
  package func start(waking wakeup: Wakeup) { core.start(waking: wakeup) }

  /// Reads elsewhere from now on; the last place asked for counts. `next` says when it is there.
  package func move(to place: Place) { core.move(to: place) }

  /// The next packet of the video.
  package func next() -> Next { core.next(of: 0) }

  /// Lets the thread end, also out of a read that blocks; nobody waits for it.
  package func close() {
    interruption.raise()
    core.close()
  }
}
