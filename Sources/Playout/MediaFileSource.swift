import Clocks
import FFmpeg
import Media
import SphericalVideo

/// The frames of a file or an address: demuxed, decoded, converted to 4:2:0 where they are not, with repaired times.
///
/// It decodes on a graphics device where there is one that does, and in software from the first thing that goes wrong
/// there: from the last key frame before the picture that came out last, so that none is missing and none comes twice.
/// What began in software because the device was still being tried out goes on there from a key frame, as seamlessly.
package final class MediaFileSource: FrameSource {
  package private(set) var description: SourceDescription
  package private(set) var decodeErrors = 0
  package var isSparing = false
  package var isWatched = true

  private let demuxer: Demuxer
  private let video: VideoStream
  /// Threads of a decoder in software.
  private let threads: Int
  private let memory: PictureMemory
  private let hardware: HardwareAcceleration?
  private var engine: any DecodingEngine
  private var packet = PacketBox()
  private var converter = PixelConverter()
  private var timestamps: TimestampRepair
  private var consecutiveErrors = 0
  /// `packet` has been read and not been decoded yet.
  private var hasPacket = false

  private var status: DecoderStatus
  /// Which display the engine was made on, until it is used: an item is opened long before it is played.
  private var displayBeforeUse: Int?
  /// The stamp of the picture that came out last, and where reading began: where to go back to.
  private var lastStamp: Int64?
  private var beginning: MediaTime?
  private var recovery: Recovery?
  private let recoveryLimit: MediaTime
  /// Whether the device was being tried out when software began.
  private var awaitsDevice: Bool
  /// The device decodes beside software from the key frame with this stamp on, and takes over with it.
  private var handover: (engine: HardwareEngine, from: Int64)?
  /// How long no picture has been brought from the device.
  private var unseen = unseenLimit

  /// Another decoder goes on where one ended.
  private struct Recovery {
    /// Pictures up to this stamp have been out already.
    var after: Int64?
    /// So many have been passed over.
    var passed = 0
    var errors = 0
    /// Why the one before failed; nil where it did not.
    var reason: String?
    /// When passing over ends, see `recoveryLimit`.
    var end: Int64

    /// Whether there is still time to get to where the pictures are new. A stream whose stamps go back never gets there.
    var isInTime: Bool { passed < maximumPassed && MonotonicTime.now < end }
  }

  /// So many errors without a frame between them, and the rest is given up.
  private static let maximumConsecutiveErrors = 300
  /// With nobody watching, a picture is brought from the device so often, for whoever comes.
  private static let unseenLimit = MediaTime(seconds: 0.5)
  /// Software is behind the device by a picture for each of its threads, unless the stamps go back.
  private static let maximumBeside = 16
  private static let maximumPassed = 600

  /// Opens, blocking.
  ///
  /// - Parameter recoveryLimit: how long software may take to get from a key frame to where the device failed. After that
  ///   the item goes on from where it has come to: seen again is better than not moving.
  package init(
    url: String, access: MediaAccess = MediaAccess(), decoderThreads: Int? = nil,
    hardware: HardwareAcceleration? = nil, memory: PictureMemory = MemoryBudget.pictures,
    recoveryLimit: MediaTime = MediaTime(seconds: 0.5), interruption: Interruption = Interruption()
  ) throws(MediaError) {
    self.recoveryLimit = recoveryLimit
    let demuxer = try Demuxer(url: url, access: access, memory: memory) { interruption.isRaised }
    guard let video = demuxer.video else { throw .noVideo }
    let threads = try Self.threads(for: video, wanted: decoderThreads, within: memory.limit)
    displayBeforeUse = hardware?.discarded
    awaitsDevice = hardware?.isBeingTriedOut == true
    (engine, status) = try Self.makeEngine(video, threads: threads, memory: memory, hardware: hardware)
    let frameDuration = video.averageFrameRate.map { MediaTime(seconds: 1 / $0.value) } ?? .zero
    timestamps = TimestampRepair(timeBase: video.timeBase, origin: video.startTime, frameDuration: frameDuration)
    description = SourceDescription(
      duration: video.duration, claimedDuration: video.isDurationEstimated ? nil : video.duration,
      frameDuration: timestamps.frameDuration, projection: SourceProjection(video.spherical), decoder: status.name)
    self.demuxer = demuxer
    self.video = video
    self.threads = threads
    self.memory = memory
    self.hardware = hardware
  }

  deinit { settle() }

  private static func makeEngine(
    _ video: VideoStream, threads: Int, memory: PictureMemory, hardware: HardwareAcceleration?
  ) throws(MediaError) -> (any DecodingEngine, DecoderStatus) {
    var reason: String?
    if let hardware {
      switch hardware.decoder(for: video) {
      case .software(let why): reason = why
      case .device(let device):
        do throws(MediaError) {
          return (try HardwareEngine(video, device: device), DecoderStatus(name: device.name))
        } catch {
          reason = error.description
          hardware.discardDevice()
          hardware.decodingFailed(error.description)
        }
      }
    }
    let engine = try SoftwareEngine(video, threads: threads, memory: memory)
    return (engine, DecoderStatus(name: DecoderStatus.software, reason: reason))
  }

  package func step() throws(MediaError) -> SourceStep {
    do throws(MediaError) {
      if let frame = try engine.receive() {
        consecutiveErrors = 0
        return try take(frame)
      }
      if engine.isAtEnd {
        settle()
        return .end
      }
      try feed()
    } catch {
      if engine is HardwareEngine, isDecoders(error) {
        decodeErrors += 1
        try fallBack(because: error.description)
        return .working
      }
      guard case .damaged = error else { throw error }
      if handover.take() != nil { awaitsDevice = true }
      decodeErrors += 1
      consecutiveErrors += 1
      recovery?.errors += 1
      guard consecutiveErrors < Self.maximumConsecutiveErrors else { throw error }
    }
    return .working
  }

  package func seek(to position: MediaTime) throws(MediaError) {
    hasPacket = false
    try demuxer.seek(to: position)
    do throws(MediaError) {
      try engine.flush()
    } catch {
      try fallBack(because: error.description)
      try demuxer.seek(to: position)
      hasPacket = false
    }
    handover = nil
    settle()
    timestamps.reset()
    consecutiveErrors = 0
    unseen = Self.unseenLimit
    lastStamp = nil
    beginning = position
  }

  private func feed() throws(MediaError) {
    if let display = displayBeforeUse {
      displayBeforeUse = nil
      if engine is HardwareEngine, display != hardware?.discarded {
        (engine, status) = try Self.makeEngine(video, threads: threads, memory: memory, hardware: hardware)
      }
    }
    if let engine = engine as? HardwareEngine { engine.isWatched = isWatched || unseen >= Self.unseenLimit }
    var isSparing = isSparing
    if let recovery, let after = recovery.after, recovery.isInTime, let stamp = packet.packet.pts {
      // On the way back to where it was, pictures that no other needs are not needed.
      isSparing = isSparing || video.time(of: stamp) + PlayerLoop.exactWithin < video.time(of: after)
    }
    if engine.isSparing != isSparing { engine.isSparing = isSparing }
    readsFile = true
    let isOpen = hasPacket ? true : try demuxer.readPacket(packet.packet)
    readsFile = false
    hasPacket = false
    try engine.send(isOpen ? packet : nil)
    if isOpen { decodeBeside() } else { handover = nil }
  }

  /// Gives the device what software has just got, from the first key frame on after it has been tried out.
  private func decodeBeside() {
    guard awaitsDevice || handover != nil, let hardware, !hardware.isBeingTriedOut else { return }
    if let handover, handover.engine.readyCount > Self.maximumBeside { self.handover = nil }
    do throws(MediaError) {
      if handover == nil {
        guard packet.packet.isKeyFrame, let stamp = packet.packet.pts else { return }
        awaitsDevice = false
        switch hardware.decoder(for: video) {
        case .software(let reason): status.reason = reason
        case .device(let device): handover = (try HardwareEngine(video, device: device), stamp)
        }
      }
      guard let engine = handover?.engine else { return }
      engine.isWatched = isWatched
      engine.isSparing = isSparing
      try engine.send(packet)
    } catch {
      // The device's thread may hold the old one.
      packet = PacketBox()
      handover = nil
      status.reason = error.description
      hardware.discardDevice()
      hardware.decodingFailed(error.description)
    }
  }

  /// Takes the device's pictures from where software would give one that the device has, too.
  private func takeOver(at stamp: Int64) -> Bool {
    guard let handover, stamp >= handover.from else { return false }
    engine = handover.engine
    status = DecoderStatus(name: handover.engine.device)
    recovery = Recovery(after: lastStamp, end: recoveryEnd)
    self.handover = nil
    return true
  }

  /// What is going on when an error comes out of `feed`.
  private var readsFile = false

  /// Whether an error is the decoder's and not the file's.
  private func isDecoders(_ error: MediaError) -> Bool {
    defer { readsFile = false }
    return !readsFile
  }

  /// Goes on in software, with the picture after the one that came out last.
  private func fallBack(because reason: String) throws(MediaError) {
    // The device's thread may hold the old one.
    packet = PacketBox()
    engine = try SoftwareEngine(video, threads: threads, memory: memory)
    status = DecoderStatus(name: DecoderStatus.software, reason: reason)
    hardware?.discardDevice()
    recovery = Recovery(after: lastStamp, reason: reason, end: recoveryEnd)
    do throws(MediaError) {
      if let lastStamp {
        try goBack(to: lastStamp)
      } else if let beginning {
        try demuxer.seek(to: beginning)
      } else {
        try demuxer.rewind()
      }
    } catch {
      // What cannot go back, as a live stream, goes on with its next key frame.
      recovery?.after = nil
    }
  }

  /// Goes to a key frame at or before a picture. Where there is no index, as in a transport stream, a seek ends anywhere:
  /// it is tried from further back.
  private func goBack(to stamp: Int64) throws(MediaError) {
    let place = video.time(of: stamp)
    for distance in [0.0, 1, 3, 8, 20] {
      let start = place - MediaTime(seconds: distance)
      if start > .zero { try demuxer.seek(to: start) } else { try demuxer.rewind() }
      hasPacket = try demuxer.readPacket(packet.packet)
      if hasPacket, packet.packet.isKeyFrame, packet.packet.pts ?? stamp <= stamp { return }
    }
  }

  private var recoveryEnd: Int64 { MonotonicTime.now + recoveryLimit.nanoseconds }

  /// Software decodes what the device did not, without an error: it was the device's. Or there is no telling any more.
  private func settle() {
    guard let recovery else { return }
    self.recovery = nil
    if recovery.errors == 0, let reason = recovery.reason { hardware?.decodingFailed(reason) }
  }

  private func take(_ frame: VideoFrame) throws(MediaError) -> SourceStep {
    if let stamp = frame.pts, takeOver(at: stamp) { return .working }
    if let recovery {
      if let after = recovery.after, let stamp = frame.pts, stamp <= after, recovery.isInTime {
        self.recovery?.passed += 1
        return .working
      }
      settle()
    }
    if let stamp = frame.pts { lastStamp = stamp }
    let placed = try placed(frame)
    unseen = frame.hasSamples ? .zero : unseen + placed.duration
    return .frame(placed)
  }

  private func placed(_ frame: VideoFrame) throws(MediaError) -> SourceFrame {
    guard SourceGeometry.sides.contains(frame.size.width), SourceGeometry.sides.contains(frame.size.height) else {
      throw .unsupportedPicture("\(frame.size) pixels")
    }
    return SourceFrame(
      frame: frame.layout == nil ? try converter.convert(frame) : frame,
      position: timestamps.position(of: frame.pts),
      duration: timestamps.duration(of: frame.duration) ?? timestamps.frameDuration, decoder: status)
  }
}
