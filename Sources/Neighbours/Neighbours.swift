import Fairness
import Glibc
import SansIO
import Synchronization

/// Tells which machine an address belongs to: on our own links the one behind its link-layer address, which the kernel's
/// neighbour table has of everybody whom this machine has answered.
///
/// `source(of:)` may be called from any thread but those of media: now and then it reads the kernel's table, which takes
/// about a millisecond. One reading serves every address that is in it, readings are at most `burst` at once and `rate` a
/// second after that, and nobody waits for another's: who is not known yet and cannot be looked up goes by the address
/// until the next time. What is remembered has a bound.
public final class Neighbours: Sendable {
  /// Addresses that are remembered; the kernel by default holds as many of each family as a quarter of this.
  package static let capacity = 4096
  package static let burst = 10
  package static let rate = 50.0
  /// A machine may hand its address on to another one: then this long it is taken for the old one. In nanoseconds.
  package static let lifetime: UInt64 = 30_000_000_000
  /// What was on no link is looked for again after this; it may have come closer.
  static let lifetimeElsewhere: UInt64 = 5_000_000_000

  fileprivate struct Entry {
    var source: Source
    var until: UInt64
  }

  fileprivate struct Memory {
    var entries: [IPAddress: Entry] = [:]
    var readings = TokenBucket(burst: Neighbours.burst, rate: Neighbours.rate)
  }

  private let memory = Mutex(Memory())
  private let clock: @Sendable () -> UInt64
  private let read: @Sendable () -> NeighbourReading?

  public convenience init() {
    self.init(
      clock: {
        var time = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
      })
  }

  /// - Parameters:
  ///   - clock: monotonic nanoseconds.
  ///   - read: what the kernel knows; nil: it does not say.
  package init(
    clock: @escaping @Sendable () -> UInt64,
    read: @escaping @Sendable () -> NeighbourReading? = { NeighbourReading.read(capacity: Neighbours.capacity) }
  ) {
    self.clock = clock
    self.read = read
  }

  /// How many addresses are remembered.
  package var count: Int { memory.withLock { $0.entries.count } }

  /// The machine that `address` belongs to.
  public func source(of address: IPAddress) -> Source {
    let address = address.unmapped
    if address.isLoopback { return .loopback }
    let now = clock()
    let (known, mayRead) = memory.withLock { memory in
      if let entry = memory.entries[address], now < entry.until { return (Optional(entry.source), false) }
      return (nil, memory.readings.take(at: now))
    }
    if let known { return known }
    let elsewhere = Source(address)
    // Outside of the lock: whoever is known already does not wait for the kernel.
    guard mayRead, let reading = read() else { return elsewhere }
    return memory.withLock { memory in
      memory.take(reading, at: now)
      if let entry = memory.entries[address], now < entry.until { return entry.source }
      memory.remember(elsewhere, of: address, until: now + Self.lifetimeElsewhere, at: now)
      return elsewhere
    }
  }
}

extension Neighbours.Memory {
  mutating func take(_ reading: NeighbourReading, at now: UInt64) {
    let until = now + Neighbours.lifetime
    for (address, linkLayer) in reading.neighbours {
      remember(.neighbour(LinkLayerAddress(linkLayer)), of: address, until: until, at: now)
    }
    for address in reading.own { remember(.loopback, of: address, until: until, at: now) }
  }

  /// Where there is no room, what is over gives way, and else whatever is there.
  mutating func remember(_ source: Source, of address: IPAddress, until: UInt64, at now: UInt64) {
    if entries[address] == nil, entries.count >= Neighbours.capacity {
      entries = entries.filter { now < $0.value.until }
      if entries.count >= Neighbours.capacity { entries.removeAll(keepingCapacity: true) }
    }
    entries[address] = Neighbours.Entry(source: source, until: until)
  }
}
