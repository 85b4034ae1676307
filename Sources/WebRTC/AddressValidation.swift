import SansIO

/// How much goes to addresses that have not shown yet that somebody receives there (RFC 9000 section 8.1, which RFC 9147
/// section 5.1 takes over): three times what came from them.
///
/// A signed check proves who wrote it and not where: with a stranger's address on it, a handshake's flights, sent again
/// and again, would go to the stranger. An address is proven when a question of ours came back from there, or an answer
/// to a flight that went nowhere else. The question goes out before the answer to the first check, so that by the time
/// a viewer says hello it has long been answered.
struct AddressValidation {
  static let factor = 3
  static let maximumAddresses = 16
  static let maximumHeld = 4

  private struct Account {
    let address: TransportAddress
    var received = 0
    var sent = 0
    var isProven = false
  }

  private var accounts: [Account] = []
  /// Where the viewer last shook hands from, for answers before ICE has nominated a path.
  var handshakePath: NetworkPath?
  /// The one address that flights went to; nil before the first, and once there were two.
  private var flightAddress: TransportAddress?
  private var hasSeveralFlightAddresses = false
  /// The flight that there was no allowance for, until there is proof.
  private var held: [Transmit] = []

  func isProven(_ address: TransportAddress) -> Bool { accounts.contains { $0.address == address && $0.isProven } }

  /// Notes a datagram from `address`, from which an authentic check has come.
  ///
  /// - Parameter selected: the address that is kept whatever else is forgotten for it.
  mutating func received(_ count: Int, from address: TransportAddress, keeping selected: TransportAddress?) {
    if let index = accounts.firstIndex(where: { $0.address == address }) {
      // More than this gives no more.
      accounts[index].received = min(accounts[index].received + count, 1 << 30)
      return
    }
    if accounts.count == Self.maximumAddresses {
      let others = accounts.indices.filter { accounts[$0].address != selected }
      if let oldest = others.first(where: { !accounts[$0].isProven }) ?? others.first { accounts.remove(at: oldest) }
    }
    accounts.append(Account(address: address, received: count))
  }

  /// Whether a datagram of `count` bytes may go to `address`; if so, it is counted.
  mutating func allows(_ count: Int, to address: TransportAddress) -> Bool {
    guard let index = accounts.firstIndex(where: { $0.address == address }) else { return false }
    if accounts[index].isProven { return true }
    guard accounts[index].sent + count <= Self.factor * accounts[index].received else { return false }
    accounts[index].sent += count
    return true
  }

  /// Whether a datagram of a flight may go out now; if not, the last few wait for proof.
  mutating func allowsFlight(_ datagram: Transmit) -> Bool {
    let address = datagram.path.remote
    if flightAddress == nil, !hasSeveralFlightAddresses { flightAddress = address }
    if flightAddress != address { (flightAddress, hasSeveralFlightAddresses) = (nil, true) }
    if allows(datagram.payload.count, to: address) { return true }
    if held.count == Self.maximumHeld { held.removeFirst() }
    held.append(datagram)
    return false
  }

  /// Whether an answer to our flights from `address` proves that it is there: not if they went elsewhere too.
  func isFlightAddress(_ address: TransportAddress) -> Bool { flightAddress == address }

  /// Somebody receives at `address`; gives what waited for that.
  mutating func prove(_ address: TransportAddress) -> [Transmit] {
    guard let index = accounts.firstIndex(where: { $0.address == address }), !accounts[index].isProven else {
      return []
    }
    accounts[index].isProven = true
    defer { held.removeAll { $0.path.remote == address } }
    return held.filter { $0.path.remote == address }
  }
}
