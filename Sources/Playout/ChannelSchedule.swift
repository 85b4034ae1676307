import Media

/// Decides what a channel does next: which frame it encodes, whether as a key frame, or how long it waits.
///
/// A value without clock or thread, so that every rule of it can be tested at once.
package struct ChannelSchedule {
  package enum Task {
    case encode(TimedFrame, asKeyframe: Bool)
    /// Nothing to do before the time given (nil: before something happens).
    case wait(until: MediaTime?)
    case sleep
    case close
  }

  /// Key frames are at least this far apart, however many ask.
  package static let keyframeDistance = MediaTime(seconds: 0.1)
  /// A request waits so long for a frame that comes anyway before the one that is on is encoded once more.
  package static let keyframePatience = MediaTime(seconds: 0.01)
  /// A picture that stays is sent again after this: its quality grows, and viewers see that the stream lives.
  package static let stillInterval = MediaTime(seconds: 1)
  /// How long an encoder that keeps failing is left alone.
  package static let failureInterval = MediaTime(seconds: 1)

  package private(set) var isAwake = false
  private var isClosed = false
  private var first: TimedFrame?
  private var second: TimedFrame?
  /// The frame that is on is to be encoded at once.
  private var isRefreshing = false
  private var keyframeRequestedAt: MediaTime?
  private var lastKeyframe: MediaTime?
  private var lastEncode: MediaTime?
  package private(set) var failuresInARow = 0
  private var failsUntil: MediaTime?
  /// Frames that were dropped because two newer ones came before the encoder was free.
  package private(set) var dropped: UInt64 = 0

  /// Frames in the mailbox.
  package var waiting: Int { (first == nil ? 0 : 1) + (second == nil ? 0 : 1) }

  package init() {}

  package mutating func wake() {
    guard !isAwake, !isClosed else { return }
    isAwake = true
    isRefreshing = true
    lastKeyframe = nil
    lastEncode = nil
    failuresInARow = 0
    failsUntil = nil
  }

  package mutating func sleep() {
    isAwake = false
    first = nil
    second = nil
    keyframeRequestedAt = nil
  }

  package mutating func close() {
    sleep()
    isClosed = true
  }

  package mutating func requestKeyframe(at now: MediaTime) {
    if isAwake, keyframeRequestedAt == nil { keyframeRequestedAt = now }
  }

  /// Encodes the frame that is on once more, at once, for it will look different.
  package mutating func refresh() { isRefreshing = true }

  /// Puts a frame into the mailbox of two; the oldest goes when it is full.
  package mutating func offer(_ frame: TimedFrame) {
    guard isAwake else { return }
    if first == nil {
      first = frame
    } else if second == nil {
      second = frame
    } else {
      first = second
      second = frame
      dropped += 1
    }
  }

  /// Empties the mailbox; the newest frame that was in it.
  package mutating func takeNewest() -> TimedFrame? {
    defer {
      first = nil
      second = nil
    }
    return second ?? first
  }

  /// - Parameter again: gives the frame that is on as one of this moment.
  package mutating func next(at now: MediaTime, again: () -> TimedFrame?) -> Task {
    if isClosed { return .close }
    guard isAwake else { return .sleep }
    if let failsUntil, now < failsUntil {
      first = nil
      second = nil
      return .wait(until: failsUntil)
    }
    let earliestKeyframe = lastKeyframe.map { $0 + Self.keyframeDistance } ?? now
    let isKeyframeWanted = keyframeRequestedAt != nil && earliestKeyframe <= now
    if let frame = first {
      first = second
      second = nil
      isRefreshing = false
      return .encode(frame, asKeyframe: isKeyframeWanted || lastEncode == nil)
    }
    var repetition = lastEncode.map { $0 + Self.stillInterval }
    if let keyframeRequestedAt {
      let keyframe = max(earliestKeyframe, keyframeRequestedAt + Self.keyframePatience)
      repetition = min(repetition ?? keyframe, keyframe)
    }
    guard isRefreshing || repetition.map({ $0 <= now }) == true, let frame = again() else {
      return .wait(until: isRefreshing || repetition.map { $0 <= now } == true ? nil : repetition)
    }
    isRefreshing = false
    return .encode(frame, asKeyframe: isKeyframeWanted || lastEncode == nil)
  }

  package mutating func encoded(at now: MediaTime, asKeyframe: Bool) {
    failuresInARow = 0
    failsUntil = nil
    lastEncode = now
    guard asKeyframe else { return }
    lastKeyframe = now
    keyframeRequestedAt = nil
  }

  /// The encoder failed. The next frame gets another chance; after that, chances come at intervals.
  package mutating func failed(at now: MediaTime) {
    failuresInARow += 1
    // The new encoder begins with a key frame, and what was asked for is asked for still.
    isRefreshing = true
    if failuresInARow > 1 { failsUntil = now + Self.failureInterval }
  }
}
