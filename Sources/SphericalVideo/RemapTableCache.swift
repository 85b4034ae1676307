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
    var slots: [Key: (slot: Slot, lastUse: UInt64, bytes: Int)] = [:]
    var clock: UInt64 = 0
    var builds = 0

    var bytes: Int { slots.values.reduce(0) { $0 + $1.bytes } }
  }

  /// How many tables are kept.
  public let capacity: Int
  /// How many bytes they take at most, but for a single one that takes more.
  public let bytes: Int
  private let state = Mutex(State())

  /// - Parameters:
  ///   - capacity: At least 1. A table of a 1280x720 view takes 11 MB, of a screen of 3840x2160 a hundred.
  ///   - bytes: Sixteen of 1280x720.
  public init(capacity: Int = 16, bytes: Int = 180_000_000) {
    precondition(capacity > 0, "a cache keeps at least one table")
    self.capacity = capacity
    self.bytes = bytes
  }

  /// The table of a view; built now if it is not there. The source's layout makes no difference.
  public func table(from geometry: SourceGeometry, to output: VideoSize, view: CameraView) -> RemapTable {
    let key = Key(
      projection: AnyHashableProjection(base: geometry.projection), size: geometry.size, output: output, view: view)
    let slot = state.withLock { state in
      state.clock += 1
      let slot = state.slots[key]?.slot ?? Slot()
      state.slots[key] = (slot, state.clock, output.width * output.height * RemapTable.bytesPerPixel)
      while state.slots.count > 1, state.slots.count > capacity || state.bytes > bytes,
        let oldest = state.slots.min(by: { $0.value.lastUse < $1.value.lastUse })?.key
      {
        state.slots[oldest] = nil
      }
      return slot
    }
    return slot.get {
      state.withLock { $0.builds += 1 }
      return RemapTable(from: geometry, to: output, view: view)
    }
  }

  /// How many tables are held.
  public var count: Int { state.withLock { $0.slots.count } }

  /// What they take, at most.
  public var bytesHeld: Int { state.withLock { $0.bytes } }

  /// How many tables were ever built.
  public var builds: Int { state.withLock { $0.builds } }
}
