import SansIO

/// The questions that were sent to addresses, to see whether the peer is really there.
///
/// A check is signed, but anybody can write any source address onto it, the peer itself not excepted: what answers it
/// would go to a stranger. So the address is asked, by a binding request of our own, whose
/// transaction only who receives it can know.
struct PathChallenges {
  struct Challenge {
    var transaction: STUNTransactionID
    var path: NetworkPath
    /// That of the check which it came with.
    var priority: UInt32
    /// Whether that check nominated.
    var wasNominated: Bool
  }

  static let maximumOpen = 16

  private let secret: [UInt8]
  private var count: UInt64 = 0
  private var open: [Challenge] = []

  init(random: inout some RandomNumberGenerator) {
    secret = (0..<32).map { _ in UInt8.random(in: 0...255, using: &random) }
  }

  /// A question to the far end of `path`; of too many open ones, the oldest is forgotten.
  mutating func make(for path: NetworkPath, priority: UInt32, wasNominated: Bool) -> STUNTransactionID {
    count += 1
    var hmac = HMACSHA1(key: secret)
    hmac.update((0..<8).map { UInt8(truncatingIfNeeded: count >> (8 * UInt64($0))) })
    let bytes = hmac.finish()
    func number<Value: FixedWidthInteger>(_ range: Range<Int>) -> Value {
      bytes[range].reduce(0) { $0 << 8 | Value($1) }
    }
    let transaction = STUNTransactionID(high: number(0..<4), low: number(4..<12))
    if open.count == Self.maximumOpen { open.removeFirst() }
    open.append(Challenge(transaction: transaction, path: path, priority: priority, wasNominated: wasNominated))
    return transaction
  }

  /// Whether a question is open that `transaction` answers.
  func isOpen(_ transaction: STUNTransactionID) -> Bool { open.contains { $0.transaction == transaction } }

  /// The question that an answer on `path` answers; it is closed then.
  mutating func close(_ transaction: STUNTransactionID, on path: NetworkPath) -> Challenge? {
    guard let index = open.firstIndex(where: { $0.transaction == transaction && $0.path == path }) else { return nil }
    return open.remove(at: index)
  }
}
