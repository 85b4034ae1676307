import FFmpeg
import Media
import SphericalVideo

/// The frames of a file or an address: read, decoded, converted to 4:2:0 where they are not, with repaired times.
package final class MediaFileSource: FrameSource {
  package let description: SourceDescription
  package var isWatched = true

  let reader: PacketReader
  private let decoder: VideoDecoder
  /// Of an item whose pictures are in two tracks, the second.
  private let companion: CompanionTrack?
  /// A picture that waits for the second one.
  private var unpaired: SourceFrame?
  private var converter = PixelConverter()
  private var timestamps: TimestampRepair
  /// What the pictures say of themselves: how they are turned, and how two eyes lie in them.
  private var turn: PictureTurn?
  private var packing: FramePacking?
  /// How long no picture has been brought from the device.
  private var unseen = unseenLimit
  /// What came of warming up, until it is asked for.
  private var ahead: Result<SourceStep, MediaError>?

  /// With nobody watching, a picture is brought from the device so often, for whoever comes.
  private static let unseenLimit = MediaTime(seconds: 0.5)
  /// So many packets without a picture, and it has to come in its own time.
  private static let maximumWarmUp = 64

  /// Opens, blocking.
  ///
  /// - Parameters:
  ///   - shapes: who is asked what a picture is that does not say so; nil: nobody.
  ///   - recoveryLimit: how long software may take to get from a key frame to where the device failed. After that the
  ///     item goes on from where it has come to: seen again is better than not moving.
  package init(
    url: MediaLocation, access: MediaAccess = MediaAccess(), shape: ShapeOverride = .none, decoderThreads: Int? = nil,
    hardware: HardwareAcceleration? = nil, memory: PictureMemory = MemoryBudget.pictures, shapes: ShapeFinder? = nil,
    recoveryLimit: MediaTime = MediaTime(seconds: 0.5), interruption: Interruption = Interruption()
  ) throws(MediaError) {
    func open(_ track: Int?) throws(MediaError) -> PacketReader {
      try PacketReader(
        url: url, access: access, shape: shape, track: track, memory: memory, interruption: interruption)
    }
    var reader = try open(nil)
    var projection = reader.projection
    if projection.isOpen, shape.projection == nil,
      let found = shapes?.shape(
        of: url, access: access, says: projection, stamp: reader.stamp, memory: memory, interruption: interruption)
    {
      projection.take(found, pair: reader.pair)
      projection.apply(shape, to: reader.video, pair: reader.pair)
    }
    let tracks = projection.tracks(of: reader.pair)
    if let first = tracks.first, first != reader.video.index { reader = try open(first) }
    let second = tracks.count > 1 ? try open(tracks[1]) : nil
    let plans = try Self.plans(
      for: [reader, second].compactMap { $0?.video }, threads: decoderThreads, memory: memory, hardware: hardware,
      recoveryLimit: recoveryLimit)
    let correction = second.map { _ in SharedCorrection() }
    timestamps = TimestampRepair(reader, origin: reader.video.startTime, shared: correction)
    decoder = try VideoDecoder(plans[0], reader: reader)
    if let second {
      let start = reader.video.timeBase.time(of: reader.video.startTime)
      companion = try CompanionTrack(
        second, plan: plans[1],
        timestamps: TimestampRepair(second, origin: second.video.timeBase.ticks(of: start), shared: correction))
    } else {
      companion = nil
    }
    self.reader = reader
    let video = reader.video
    let isStill = reader.container.isStill
    description = SourceDescription(
      duration: isStill ? nil : video.duration,
      claimedDuration: video.isDurationEstimated || isStill ? nil : video.duration,
      frameDuration: timestamps.frameDuration, projection: projection,
      decoder: decoder.status.name, stamp: reader.stamp,
      cut: reader.container.isCutOff ? "its last packet is incomplete" : nil)
  }

  package var decodeErrors: Int { decoder.errors.count + (companion?.errors ?? 0) }

  package var isSparing: Bool {
    get { decoder.isSparing }
    set {
      decoder.isSparing = newValue
      companion?.isSparing = newValue
    }
  }

  package func start(waking wakeup: Wakeup) {
    reader.start(waking: wakeup)
    companion?.start(waking: wakeup)
  }

  /// On a device the first picture is soon there, and one that is decoded here would be on the display of now.
  package func warmUp(interruption: Interruption) {
    guard case nil = ahead, !decoder.isOnDevice, decoder.hasRoom else { return }
    for _ in 0..<Self.maximumWarmUp * (companion == nil ? 1 : 2) where ahead == nil && !interruption.isRaised {
      do throws(MediaError) {
        let step = try decode()
        guard case .working = step else {
          ahead = .success(step)
          return
        }
      } catch {
        ahead = .failure(error)
      }
    }
  }

  package func step() throws(MediaError) -> SourceStep {
    if let ahead = ahead.take() { return try ahead.get() }
    return try decode()
  }

  private func decode() throws(MediaError) -> SourceStep {
    decoder.isWatched = isWatched || unseen >= Self.unseenLimit
    companion?.isWatched = decoder.isWatched
    if let unpaired { return try pair(unpaired) }
    switch try decoder.step() {
    case .working: return .working
    case .waiting: return .waiting
    case .end: return .end
    case .notSought: return .notSought
    case .sought:
      timestamps.reset()
      unseen = Self.unseenLimit
      return .working
    case .picture(let frame):
      let placed = try placed(frame)
      guard companion == nil else { return try pair(placed) }
      return out(placed)
    }
  }

  /// Looks for the second picture of one that has come.
  private func pair(_ frame: SourceFrame) throws(MediaError) -> SourceStep {
    unpaired = frame
    switch try companion?.step(for: frame.frame, at: frame.position) {
    case .working: return .working
    case .waiting: return .waiting
    case .picture(let second):
      unpaired = nil
      var frame = frame
      frame.second = second
      return out(frame)
    case nil: return .working
    }
  }

  private func out(_ frame: SourceFrame) -> SourceStep {
    unseen = frame.hasSamples ? .zero : unseen + frame.duration
    return .frame(frame)
  }

  package func seek(to position: MediaTime) {
    (ahead, unpaired) = (nil, nil)
    decoder.seek(to: position)
    companion?.seek(to: position)
  }

  private func placed(_ frame: VideoFrame) throws(MediaError) -> SourceFrame {
    guard SourceGeometry.sides.contains(frame.size.width), SourceGeometry.sides.contains(frame.size.height) else {
      throw .unsupportedPicture("\(frame.size) pixels")
    }
    // What says it once, means it.
    turn = frame.turn ?? turn
    packing = frame.packing ?? packing
    return SourceFrame(
      frame: frame.layout == nil ? try converter.convert(frame) : frame,
      position: timestamps.position(of: frame.pts),
      duration: timestamps.duration(of: frame.duration) ?? timestamps.frameDuration, turn: turn,
      packing: packing, decoder: decoder.status
    )
  }
}
