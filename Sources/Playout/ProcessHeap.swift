import Clocks
import Glibc
import Media
import Synchronization

/// How the process's heap is kept from growing.
///
/// Its functions are found at run time, because Glibc's Swift module lacks them and other C libraries have none.
enum ProcessHeap {
  private static let mmapThreshold: Int32 = -3  // M_MMAP_THRESHOLD
  private static let arenaMaximum: Int32 = -8  // M_ARENA_MAX

  /// Sets it, at the first call.
  static let isTuned: Bool = {
    guard let symbol = unsafe dlsym(nil, "mallopt") else { return false }
    let mallopt = unsafe unsafeBitCast(symbol, to: (@convention(c) (Int32, Int32) -> Int32).self)
    // Every block of a megabyte or more comes from the kernel and goes back when freed. By itself the allocator learns
    // from the first one freed to keep the next ones, and decoders that come and go with the items of a playlist then
    // leave holes of a hundred megabytes behind.
    let largeBlocks = mallopt(mmapThreshold, 1 << 20) == 1
    // Threads come and go with encoders and items, too. Each would fill holes in one of sixteen heaps of its own (eight
    // for each processor), which thus never stop growing. No thread allocates so often that it would wait for another.
    let oneHeap = mallopt(arenaMaximum, 1) == 1
    return largeBlocks && oneHeap
  }()

  private static let trimmedAt = Atomic<Int64>(0)
  private static let trimInterval = MediaTime(seconds: 1)
  private static let mallocTrim = unsafe dlsym(nil, "malloc_trim").map {
    unsafe unsafeBitCast($0, to: (@convention(c) (Int) -> Int32).self)
  }

  /// Gives the pages that are free back to the kernel: an item leaves holes between what stays, which the next one seldom
  /// fits into. Takes milliseconds, in which nobody else can allocate; a call too soon after another does nothing.
  static func trim() {
    let (now, last) = (MonotonicTime.now, trimmedAt.load(ordering: .relaxed))
    guard now - last >= trimInterval.nanoseconds,
      trimmedAt.compareExchange(expected: last, desired: now, ordering: .relaxed).exchanged
    else { return }
    _ = mallocTrim?(0)
  }
}
