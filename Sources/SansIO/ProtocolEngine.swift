/// What an engine wants done: a datagram sent, or somebody told.
public enum Output<Event> {
  case transmit(Transmit)
  case event(Event)
}

/// One datagram to send.
public struct Transmit: Sendable, Equatable {
  public var payload: [UInt8]
  public var path: NetworkPath

  public init(payload: [UInt8], on path: NetworkPath) {
    self.payload = payload
    self.path = path
  }
}

/// A protocol without a socket, a clock or a thread.
///
/// The rule of use: one mutation (`receive` or `advance`, or an engine's own verbs), then `pollOutput()` until it
/// returns nil, then sleep until `deadline` at the latest. `receive` never throws: what is wrong is dropped and
/// counted by reason.
public protocol ProtocolEngine: ~Copyable {
  associatedtype Event

  /// Takes one datagram that arrived on `path`.
  mutating func receive(_ payload: borrowing RawSpan, on path: NetworkPath, at now: Instant)

  /// Lets the time pass: due retransmissions, reports and expiries happen.
  mutating func advance(to now: Instant)

  /// The next thing to do, or nil when there is nothing left.
  mutating func pollOutput() -> Output<Event>?

  /// When `advance(to:)` is next needed; nil: nothing is scheduled.
  var deadline: Instant? { get }
}
