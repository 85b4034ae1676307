import FFmpeg
import Media
import Playout
import SphericalVideo

/// A source that does what a test says: so many frames at such a distance, each of which takes so long to decode.
final class ScriptedSource: FrameSource {
  let description: SourceDescription
  let decodeErrors = 0
  /// Every second frame is one that can be spared.
  var isSparing = false
  private let clock: VirtualClock
  private let count: Int
  private let interval: MediaTime
  /// What decoding frame n takes, in seconds.
  private let cost: @Sendable (Int) -> Double
  /// Instead of ending, it breaks off.
  private let failure: MediaError?
  private var number = 0
  /// So many packets its decoder takes before the first picture comes out, at the cost of a frame each.
  private var behind: Int
  /// From this frame on nothing more is ever read.
  private let hangs: Int
  private let frame = try! VideoFrame.make(size: VideoSize(width: 64, height: 32))

  init(
    clock: VirtualClock, count: Int, framerate: Double = 30, knowsDuration: Bool = true,
    claims: Double? = nil, failure: MediaError? = nil, behind: Int = 0, hangs: Int = .max,
    cost: @escaping @Sendable (Int) -> Double = { _ in 0 }
  ) {
    self.failure = failure
    self.behind = behind
    self.hangs = hangs
    self.clock = clock
    self.count = count
    self.cost = cost
    interval = MediaTime(seconds: 1 / framerate)
    description = SourceDescription(
      duration: knowsDuration ? MediaTime(seconds: Double(count) / framerate) : nil,
      claimedDuration: claims.map { MediaTime(seconds: $0) }, frameDuration: interval,
      projection: SourceProjection(nil), decoder: "script")
  }

  func step() throws(MediaError) -> SourceStep {
    if behind > 0 {
      behind -= 1
      clock.pass(cost(0))
      return .working
    }
    guard number < hangs else { return .waiting }
    guard number < count else {
      if let failure { throw failure }
      return .end
    }
    defer { number += 1 }
    if isSparing, !number.isMultiple(of: 2) { return .working }
    clock.pass(cost(number))
    let position = MediaTime(nanoseconds: interval.nanoseconds * Int64(number))
    return .frame(SourceFrame(frame: frame, position: position, duration: interval))
  }

  /// On the opener's thread, which costs the player nothing.
  func warmUp(interruption: Interruption) { behind = 0 }

  func seek(to position: MediaTime) {
    // To a key frame, every tenth.
    number = Int(position.nanoseconds / interval.nanoseconds) / 10 * 10
  }
}
