import Clocks
import FFmpeg
import Media

/// Turns the packets of a track into pictures.
///
/// It decodes on a graphics device where there is one that does, and in software from the first thing that goes wrong
/// there: from the last key frame before the picture that came out last, so that none is missing and none comes twice.
/// What began in software because the device was still being tried out goes on there from a key frame, as seamlessly.
final class VideoDecoder {
  enum Step {
    case picture(VideoFrame)
    /// Something was done, but no picture came of it yet.
    case working
    /// There are no packets yet.
    case waiting
    /// The next picture is one after the place that was sought.
    case sought
    /// The place could not be sought; it goes on where it was.
    case notSought
    case end
  }

  /// Why the reader is on its way to another place.
  private enum Move {
    case seek(to: MediaTime)
    case recovery
    /// All that came was passed over.
    case startOver
  }

  /// Where to go back to.
  private struct Progress {
    /// The stamp of the picture that came out last.
    var lastStamp: Int64?
    /// Where reading began; nil: at the start.
    var beginning: MediaTime?
    /// Packets that were passed over, the first of them, and those of them that are decoded after all.
    var passedOver: [PacketBox] = []
    var replayed: ArraySlice<PacketBox> = []

    /// So many are kept for what cannot go back to its start.
    static let maximumKept = 32
  }

  private let plan: DecodingPlan
  private let reader: PacketReader
  private var engine: any DecodingEngine
  private(set) var status: DecoderStatus
  private(set) var errors = DecodingErrors()
  /// Leaves out pictures that no other needs.
  var isSparing = false
  /// Whether pictures are brought from a device.
  var isWatched = true
  private var move: Move?
  private var progress = Progress()
  private var gates: PictureGates
  private var recovery: Recovery?
  private var handover: DeviceHandover

  /// Longer than decoders reorder pictures.
  private static let reordering = MediaTime(seconds: 1.5)

  init(_ plan: DecodingPlan, reader: PacketReader) throws(MediaError) {
    handover = DeviceHandover(isAwaited: plan.hardware?.isBeingTriedOut == true)
    gates = PictureGates(for: plan.video)
    (engine, status) = try plan.makeEngine()
    self.plan = plan
    self.reader = reader
  }

  deinit { settle() }

  var isOnDevice: Bool { engine.isDevice }

  /// Whether there is room for all that it holds, beside what there is already.
  var hasRoom: Bool {
    plan.video.decodingBytes(threads: plan.threads, held: 1) <= plan.memory.limit - plan.memory.current
  }

  /// Does a short piece of work.
  ///
  /// - Throws: `MediaError` when nothing more can come.
  func step() throws(MediaError) -> Step {
    if move == nil {
      do throws(MediaError) {
        if let frame = try engine.receive() {
          errors.passed()
          return take(frame)
        }
      } catch {
        return try decoderFailed(error)
      }
      if engine.isAtEnd {
        settle()
        return .end
      }
    }
    return try feed()
  }

  /// Goes on from the last key frame at or before `position`; `step` says when it is there.
  func seek(to position: MediaTime) {
    move = .seek(to: position)
    reader.move(to: .keyFrame(before: position))
  }

  private func feed() throws(MediaError) -> Step {
    if let packet = progress.replayed.popFirst() { return try send(packet) }
    switch reader.next() {
    case .packet(let packet): return try send(packet)
    case .end:
      if gates.isEndWithoutEntry() { return startOver() }
      return replays() ? .working : try send(nil)
    case .pending: return .waiting
    case .starved: throw .tracksApart
    case .failed(let error): throw error
    case .damaged(let error):
      try damaged(error)
      return .working
    case .positioned(let isThere): return try positioned(isThere)
    }
  }

  /// What cannot go back to its start goes on with what is kept of it; false when nothing is.
  private func replays() -> Bool {
    progress.replayed = progress.passedOver[...]
    progress.passedOver = []
    return !progress.replayed.isEmpty
  }

  private func startOver() -> Step {
    move = .startOver
    reader.move(to: .start)
    return .working
  }

  private func send(_ packet: PacketBox?) throws(MediaError) -> Step {
    if let packet {
      switch gates.verdict(on: packet.packet) {
      case .decode: progress.passedOver = []
      case .passOver:
        if progress.passedOver.count < Progress.maximumKept { progress.passedOver.append(packet) }
        return .working
      case .startOver: return startOver()
      }
    }
    do throws(MediaError) {
      if let display = engine.unusedDisplay, display != plan.hardware?.discarded {
        (engine, status) = try plan.makeEngine()
      }
      engine.isWatched = isWatched
      // On the way back to where it was, pictures that no other needs are not needed.
      let isSparing = isSparing || packet.map(isLongBeforeTheEndOfRecovery) == true
      if engine.isSparing != isSparing { engine.isSparing = isSparing }
      try engine.send(packet)
    } catch {
      return try decoderFailed(error)
    }
    if let packet {
      let reason = handover.send(packet, isWatched: isWatched, isSparing: isSparing, plan: plan)
      if let reason { status.reason = reason }
    } else {
      handover.cancel()
    }
    return .working
  }

  private func positioned(_ isThere: Bool) throws(MediaError) -> Step {
    switch move.take() {
    case .seek(let position):
      guard isThere else { return .notSought }
      progress = Progress(beginning: position)
      gates.begin()
      handover.cancel()
      settle()
      errors.passed()
      do throws(MediaError) {
        try engine.flush()
      } catch {
        try fallBack(because: error.description)
        seek(to: position)
        return .working
      }
      return .sought
    case .recovery:
      // What cannot go back, as a live stream, goes on with its next key frame.
      if !isThere { recovery?.after = nil }
      gates.begin()
      return .working
    case .startOver:
      if !isThere { _ = replays() }
      return .working
    case nil: return .working
    }
  }

  // MARK: - What goes wrong

  private func decoderFailed(_ error: MediaError) throws(MediaError) -> Step {
    if engine.isDevice {
      errors.count += 1
      try fallBack(because: error.description)
      return .working
    }
    guard case .damaged = error else { throw error }
    try damaged(error)
    return .working
  }

  private func damaged(_ error: MediaError) throws(MediaError) {
    handover.restart()
    gates.damaged()
    recovery?.errors += 1
    guard errors.goesOnAfterAnother() else { throw error }
  }

  /// Goes on in software, with the picture after the one that came out last.
  private func fallBack(because reason: String) throws(MediaError) {
    engine = try plan.makeSoftware()
    status = DecoderStatus(name: DecoderStatus.software, reason: reason)
    plan.hardware?.discardDevice()
    recovery = Recovery(after: progress.lastStamp, within: plan.recoveryLimit, reason: reason)
    move = .recovery
    if let lastStamp = progress.lastStamp {
      reader.move(to: .picture(stamp: lastStamp))
    } else if let beginning = progress.beginning {
      reader.move(to: .keyFrame(before: beginning))
    } else {
      reader.move(to: .start)
    }
  }

  /// Software decodes what the device did not, without an error: it was the device's. Or there is no telling any more.
  private func settle() {
    guard let recovery else { return }
    self.recovery = nil
    if recovery.errors == 0, let reason = recovery.reason { plan.hardware?.decodingFailed(reason) }
  }

  private func isLongBeforeTheEndOfRecovery(_ packet: PacketBox) -> Bool {
    guard let recovery, let after = recovery.after, recovery.isInTime, let stamp = packet.packet.pts else {
      return false
    }
    return plan.video.time(of: stamp) + Self.reordering < plan.video.time(of: after)
  }

  private func take(_ frame: VideoFrame) -> Step {
    if let stamp = frame.pts, let device = handover.take(at: stamp) {
      engine = device
      status = DecoderStatus(name: device.device)
      recovery = Recovery(after: progress.lastStamp, within: plan.recoveryLimit)
      return .working
    }
    if let recovery {
      if let after = recovery.after, let stamp = frame.pts, stamp <= after, recovery.isInTime {
        self.recovery?.passed += 1
        return .working
      }
      settle()
    }
    if let stamp = frame.pts { progress.lastStamp = stamp }
    return gates.shows(frame) ? .picture(frame) : .working
  }
}

/// How often a decoder met what it could not decode.
struct DecodingErrors {
  /// So many without a picture between them, and the rest is given up.
  private static let maximumInARow = 300

  var count = 0
  private var inARow = 0

  /// A picture came out.
  mutating func passed() { inARow = 0 }

  /// Counts one more; whether there is still hope.
  mutating func goesOnAfterAnother() -> Bool {
    count += 1
    inARow += 1
    return inARow < Self.maximumInARow
  }
}

/// Another decoder goes on where one ended.
private struct Recovery {
  /// Pictures up to this stamp have been out already.
  var after: Int64?
  /// So many have been passed over.
  var passed = 0
  var errors = 0
  /// Why the one before failed; nil where it did not.
  var reason: String?
  /// When passing over ends, on the monotonic clock.
  private let end: Int64

  private static let maximumPassed = 600

  init(after: Int64?, within limit: MediaTime, reason: String? = nil) {
    self.after = after
    self.reason = reason
    end = MonotonicTime.now + limit.nanoseconds
  }

  /// Whether there is still time to get to where the pictures are new. A stream whose stamps go back never gets there.
  var isInTime: Bool { passed < Self.maximumPassed && MonotonicTime.now < end }
}
