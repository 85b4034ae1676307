import SansIO

/// Makes one request of those for a key frame that come closer together than an interval: the first at once, the rest
/// together when the interval is over.
package struct KeyframeRequestHold {
  private let interval: Duration
  private var hold: (until: Instant, isRequested: Bool)?
  /// The last full intra request, whose repetitions mean nothing (RFC 5104 section 4.3.1.1).
  private var lastFullIntraRequest: UInt8?

  package init(interval: Duration) { self.interval = interval }

  /// When a request that is held back is due.
  package var deadline: Instant? { hold.flatMap { $0.isRequested ? $0.until : nil } }

  /// Whether to pass the request on now.
  package mutating func request(at now: Instant) -> Bool {
    if let hold, now < hold.until {
      self.hold = (hold.until, true)
      return false
    }
    hold = (now + interval, false)
    return true
  }

  /// Whether a full intra request of that number has not been seen: a repetition asks for nothing.
  package mutating func isNew(fullIntraRequest number: UInt8) -> Bool {
    defer { lastFullIntraRequest = number }
    return lastFullIntraRequest != number
  }

  /// Whether a request that was held back is to be passed on now.
  package mutating func release(at now: Instant) -> Bool {
    guard let hold, hold.isRequested, now >= hold.until else { return false }
    self.hold = (now + interval, false)
    return true
  }
}
