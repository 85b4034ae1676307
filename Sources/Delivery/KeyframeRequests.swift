import RTP
import SansIO

/// The key frames that have been asked for and have not come: one request for a stream, however many viewers wait.
package struct KeyframeRequests {
  /// After this long without a key frame the request is made again.
  package static let interval: Duration = .milliseconds(500)

  private struct Request {
    var due: Instant
    /// False for one that waits for its turn.
    var isMade: Bool
  }

  private var pending: [StreamID: Request] = [:]

  package init() {}

  /// Whether to ask for a key frame of `stream` now; false when that was done a moment ago.
  package mutating func insert(_ stream: StreamID, at now: Instant) -> Bool {
    if let request = pending[stream], request.isMade, request.due > now { return false }
    pending[stream] = Request(due: now + Self.interval, isMade: true)
    return true
  }

  /// Lets a request be made after `interval`, if there is none already.
  package mutating func postpone(_ stream: StreamID, at now: Instant) {
    if pending[stream] == nil { pending[stream] = Request(due: now + Self.interval, isMade: false) }
  }

  /// A key frame of `stream` has come.
  package mutating func fulfil(_ stream: StreamID) { pending[stream] = nil }

  /// The streams whose turn it is, whether to be asked for or to be asked for again; they are forgotten, so that only
  /// those are asked for that somebody still waits for.
  package mutating func removeDue(at now: Instant) -> [StreamID] {
    guard let deadline, deadline <= now else { return [] }
    let due = pending.filter { $0.value.due <= now }.map(\.key)
    for stream in due { pending[stream] = nil }
    return due
  }

  /// When a request is next due.
  package var deadline: Instant? { pending.isEmpty ? nil : pending.values.map(\.due).min() }
}
