import SansIO

/// The latest checks by transaction, oldest forgotten first: what tells a retransmission and a replay from a fresh check.
struct RecentChecks {
  enum Sighting { case fresh, retransmitted, replayed }

  private let capacity: Int
  private var sources: [STUNTransactionID: TransportAddress] = [:]
  private var order: [STUNTransactionID] = []
  private var oldest = 0

  init(capacity: Int) { self.capacity = capacity }

  /// Notes a check and says whether it is new, came again from the same address, or from another.
  mutating func note(_ transaction: STUNTransactionID, from source: TransportAddress) -> Sighting {
    if let known = sources[transaction] { return known == source ? .retransmitted : .replayed }
    sources[transaction] = source
    if order.count < capacity {
      order.append(transaction)
    } else {
      sources[order[oldest]] = nil
      order[oldest] = transaction
      oldest = (oldest + 1) % capacity
    }
    return .fresh
  }
}
