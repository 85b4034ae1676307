/// A connection that was made on one thread for another.
///
/// `@unchecked Sendable`: its maker lets go of it when it hands it over, and from then on the loop's thread alone has it.
final class NewPeer: @unchecked Sendable {
  let id: ConnectionID
  let peer: Peer

  init(_ peer: sending Peer) {
    id = peer.id
    self.peer = peer
  }
}
