import Clocks
import Fairness
import Glibc
import SansIO
import Synchronization

/// Tells which machine an address belongs to: on our own links the one behind its link-layer address, which the kernel's
/// neighbour table has of everybody whom this machine has answered.
///
/// `source(of:)` may be called from any thread but those of media: now and then it reads the kernel's table, which takes
/// about a millisecond. One reading serves every address that is in it; readings are few, and when there were enough of
/// them the kernel is asked for single addresses, which takes some microseconds. Nobody waits for another's: who is not
/// known and cannot be looked up goes by the address until the next time. What is remembered has a bound.
public final class Neighbours: Sendable {
  /// Addresses that are remembered; the kernel by default holds as many of each family as a quarter of this.
  package static let capacity = 4096
  /// Readings of the whole table at once, and a second after that.
  package static let readings = (burst: 4, rate: 4.0)
  /// Questions for a single address.
  package static let questions = (burst: 2000, rate: 2000.0)
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
    var readings = TokenBucket(burst: Neighbours.readings.burst, rate: Neighbours.readings.rate)
    var questions = TokenBucket(burst: Neighbours.questions.burst, rate: Neighbours.questions.rate)
  }

  private let memory = Mutex(Memory())
  private let clock: @Sendable () -> UInt64
  private let read: @Sendable () -> NeighbourReading?
  private let find: @Sendable (IPAddress) -> Source?

  public convenience init() {
    self.init(clock: { UInt64(clamping: MonotonicTime.now) })
  }

  /// - Parameters:
  ///   - clock: monotonic nanoseconds.
  ///   - read: what the kernel knows; nil: it does not say.
  ///   - find: what it knows of one address.
  package init(
    clock: @escaping @Sendable () -> UInt64,
    read: @escaping @Sendable () -> NeighbourReading? = { NeighbourReading.read(capacity: Neighbours.capacity) },
    find: @escaping @Sendable (IPAddress) -> Source? = { NeighbourReading.find($0) }
  ) {
    self.clock = clock
    self.read = read
    self.find = find
  }

  /// How many addresses are remembered.
  package var count: Int { memory.withLock { $0.entries.count } }

  /// The machine that `address` belongs to.
  public func source(of address: IPAddress) -> Source {
    let address = address.unmapped
    if address.isLoopback { return .loopback }
    let now = clock()
    enum Way { case known(Source), reading, question, none }
    let way: Way = memory.withLock { memory in
      if let entry = memory.entries[address], now < entry.until { return .known(entry.source) }
      if memory.readings.take(at: now) { return .reading }
      return memory.questions.take(at: now) ? .question : .none
    }
    let elsewhere = Source(address)
    // Outside of the lock: whoever is known already does not wait for the kernel.
    switch way {
    case .known(let source): return source
    case .none: return elsewhere
    case .question:
      guard let source = find(address) else { return elsewhere }
      memory.withLock { $0.remember(source, of: address, at: now) }
      return source
    case .reading:
      guard let reading = read() else { return elsewhere }
      return memory.withLock { memory in
        memory.take(reading, at: now)
        if let entry = memory.entries[address], now < entry.until { return entry.source }
        memory.remember(elsewhere, of: address, at: now)
        return elsewhere
      }
    }
  }
}

extension Neighbours.Memory {
  mutating func take(_ reading: NeighbourReading, at now: UInt64) {
    for (address, linkLayer) in reading.neighbours {
      remember(.neighbour(LinkLayerAddress(linkLayer)), of: address, at: now)
    }
    for address in reading.own { remember(.loopback, of: address, at: now) }
  }

  /// Where there is no room, what is over gives way, and else whatever is there.
  mutating func remember(_ source: Source, of address: IPAddress, at now: UInt64) {
    if entries[address] == nil, entries.count >= Neighbours.capacity {
      entries = entries.filter { now < $0.value.until }
      if entries.count >= Neighbours.capacity { entries.removeAll(keepingCapacity: true) }
    }
    let lifetime = source == Source(address) ? Neighbours.lifetimeElsewhere : Neighbours.lifetime
    entries[address] = Neighbours.Entry(source: source, until: now + lifetime)
  }
}
