/// What an engine wants done: a datagram sent, or somebody told.
public enum Output<Event> {
  case transmit(Transmit)
  case event(Event)
}

/// One datagram to send.
public struct Transmit: Sendable, Equatable {
  public var payload: [UInt8]
  /// The local address that it leaves from: the one that the peer's datagrams arrive at.
  public var from: TransportAddress
  public var to: TransportAddress

  public init(payload: [UInt8], from: TransportAddress, to: TransportAddress) {
    self.payload = payload
    self.from = from
    self.to = to
  }
}

/// A protocol without a socket, a clock or a thread.
///
/// The rule of use: one mutation (`receive` or `advance`, or an engine's own verbs), then `pollOutput()` until it
/// returns nil, then sleep until `deadline` at the latest. `receive` never throws: what is wrong is dropped and
/// counted by reason.
public protocol ProtocolEngine: ~Copyable {
  associatedtype Event

  /// Takes one datagram that arrived at the local address `to`.
  mutating func receive(_ payload: borrowing RawSpan, from: TransportAddress, to: TransportAddress, at now: Instant)

  /// Lets the time pass: due retransmissions, reports and expiries happen.
  mutating func advance(to now: Instant)

  /// The next thing to do, or nil when there is nothing left.
  mutating func pollOutput() -> Output<Event>?

  /// When `advance(to:)` is next needed; nil: nothing is scheduled.
  var deadline: Instant? { get }
}
