import WebRTC

/// Sums up why connections dropped datagrams.
struct DropTally {
  private(set) var counts: [String: UInt64] = [:]

  mutating func add(_ peer: PeerStatistics) {
    for reason in DropReason.allCases where peer.drops[reason] > 0 {
      counts["\(reason)", default: 0] &+= peer.drops[reason]
    }
    for (reason, count) in peer.iceDrops { counts["ice_\(reason)", default: 0] &+= count }
    for (reason, count) in peer.dtlsDrops { counts["dtls_\(reason)", default: 0] &+= count }
  }
}
