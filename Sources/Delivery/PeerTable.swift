import SansIO

/// The connections by everything that they are looked up by.
struct PeerTable {
  /// How many there may be.
  let capacity: Int
  private(set) var all: [Peer] = []
  private var byID: [ConnectionID: Peer] = [:]
  private var byUfrag: [String: Peer] = [:]
  private var byAddress: [TransportAddress: Peer] = [:]
  /// Whose turn it is to be first.
  private var first: UInt = 0

  init(capacity: Int) { self.capacity = capacity }

  /// All of them, each time with another one first: where there is not enough for all, it is not always the same who go
  /// without.
  mutating func inTurn() -> Rotation<Peer> {
    first &+= 1
    return Rotation(all, from: first)
  }

  subscript(id: ConnectionID) -> Peer? { byID[id] }

  subscript(ufrag ufrag: String) -> Peer? { byUfrag[ufrag] }

  subscript(address: TransportAddress) -> Peer? { byAddress[address] }

  /// Gives a connection its place; says why there is none for it.
  mutating func insert(_ peer: Peer) -> DeliveryError? {
    guard all.count < capacity else { return .tooManyConnections(limit: capacity) }
    guard byID[peer.id] == nil else { return .duplicateID }
    all.append(peer)
    byID[peer.id] = peer
    byUfrag[peer.connection.localUfrag] = peer
    return nil
  }

  /// From now on what comes from `address` is for `peer`, whose check came from there.
  ///
  /// Unless it is another's, who was heard from there lately: a check can be sent under a neighbour's address.
  mutating func assign(_ address: TransportAddress, to peer: Peer, at now: Instant) {
    guard byAddress[address] !== peer else { return }
    if let former = byAddress[address] {
      if former.connection.isVerified(address, since: now + (.zero - Peer.addressHold)) { return }
      former.addresses.removeAll { $0 == address }
    }
    if peer.addresses.count == Peer.maximumAddresses { byAddress[peer.addresses.removeFirst()] = nil }
    byAddress[address] = peer
    peer.addresses.append(address)
  }

  mutating func remove(_ peer: Peer) {
    all.removeAll { $0 === peer }
    byID[peer.id] = nil
    byUfrag[peer.connection.localUfrag] = nil
    for address in peer.addresses { byAddress[address] = nil }
  }
}
