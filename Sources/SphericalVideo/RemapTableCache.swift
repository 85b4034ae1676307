import Media
import Synchronization

/// The tables in use, and some that were: bounded, the one used longest ago goes first.
///
/// Any thread may ask. A table is built by the thread that asks first; others that want the same one wait for it, and
/// others that want another one do not.
public final class RemapTableCache: Sendable {
  private struct Key: Hashable {
    let projection: AnyHashableProjection
    let size: VideoSize
    let output: VideoSize
    let view: CameraView
  }

  /// Projections compare by value.
  private struct AnyHashableProjection: Hashable {
    let base: any Projection

    static func == (lhs: Self, rhs: Self) -> Bool { AnyHashable(lhs.base) == AnyHashable(rhs.base) }
    func hash(into hasher: inout Hasher) { base.hash(into: &hasher) }
  }

  /// Holds its lock while the table is built.
  private final class Slot: Sendable {
    private let table = Mutex<RemapTable?>(nil)

    func get(_ build: () -> RemapTable) -> RemapTable {
      table.withLock { table in
        if let table { return table }
        let built = build()
        table = built
        return built
      }
    }
  }

  private struct State {
    var slots: [Key: (slot: Slot, lastUse: UInt64)] = [:]
    var clock: UInt64 = 0
    var builds = 0
  }

  /// How many tables are kept.
  public let capacity: Int
  private let state = Mutex(State())

  /// - Parameter capacity: At least 1. A table of a 1280x720 view takes 11 MB.
  public init(capacity: Int = 16) {
    precondition(capacity > 0, "a cache keeps at least one table")
    self.capacity = capacity
  }

  /// The table of a view; built now if it is not there. The source's layout makes no difference.
  public func table(from geometry: SourceGeometry, to output: VideoSize, view: CameraView) -> RemapTable {
    let key = Key(
      projection: AnyHashableProjection(base: geometry.projection), size: geometry.size, output: output, view: view)
    let slot = state.withLock { state in
      state.clock += 1
      let slot = state.slots[key]?.slot ?? Slot()
      if state.slots[key] == nil, state.slots.count >= capacity,
        let oldest = state.slots.min(by: { $0.value.lastUse < $1.value.lastUse })?.key
      {
        state.slots[oldest] = nil
      }
      state.slots[key] = (slot, state.clock)
      return slot
    }
    return slot.get {
      state.withLock { $0.builds += 1 }
      return RemapTable(from: geometry, to: output, view: view)
    }
  }

  /// How many tables are held.
  public var count: Int { state.withLock { $0.slots.count } }

  /// How many tables were ever built.
  public var builds: Int { state.withLock { $0.builds } }
}
