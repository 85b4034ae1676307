/// A connection that waits for its place among the others, and who waits for it.
struct Arrival: Sendable {
  var peer: NewPeer
  /// nil: it has its place.
  var continuation: CheckedContinuation<DeliveryError?, Never>
}
