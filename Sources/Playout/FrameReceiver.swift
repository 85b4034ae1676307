import Media
import Synchronization

/// Whoever gets the player's frames: a preset's channel, a display.
public protocol FrameReceiver: AnyObject, Sendable {
  /// Whether it wants frames at all. Asked before every frame, so it must be cheap.
  var isAwake: Bool { get }

  /// Takes a frame, or drops it; never blocks.
  func offer(_ frame: TimedFrame)

  /// The player it was attached to, for the frame that is on now.
  func attached(to programme: CurrentFrame)
}

/// The frame that is on now, and the clock it is on by. The player writes it, anyone reads it.
public final class CurrentFrame: Sendable {
  public let clock: any PlayoutClock
  private let frame = Mutex<TimedFrame?>(nil)

  public init(clock: any PlayoutClock) { self.clock = clock }

  /// The frame that is on, with the time that it was due; nil before the first.
  public var latest: TimedFrame? { frame.withLock { $0 } }

  /// The frame that is on, as a new one of this moment, to be shown once more.
  public func again() -> TimedFrame? {
    guard var frame = latest else { return nil }
    frame.time = max(frame.time, clock.now)
    return frame
  }

  package func set(_ newFrame: TimedFrame) {
    // The old frame is let go outside the lock: freeing eleven megabytes may take a while.
    let old = frame.withLock { frame in
      defer { frame = newFrame }
      return frame
    }
    _ = consume old
  }
}
