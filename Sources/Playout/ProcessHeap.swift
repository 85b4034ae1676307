import Glibc

/// How the process's heap is kept from growing.
///
/// Set at run time, because Glibc's Swift module lacks mallopt and other C libraries have none.
enum ProcessHeap {
  /// Sets it, at the first call.
  static let isTuned: Bool = {
    guard let symbol = unsafe dlsym(nil, "mallopt") else { return false }
    let mallopt = unsafe unsafeBitCast(symbol, to: (@convention(c) (Int32, Int32) -> Int32).self)
    // Every block of a megabyte or more comes from the kernel and goes back when freed. By itself the allocator learns
    // from the first one freed to keep the next ones, and decoders that come and go with the items of a playlist then
    // leave holes of a hundred megabytes behind.
    let largeBlocks = mallopt(-3 /* M_MMAP_THRESHOLD */, 1 << 20) == 1
    // Threads come and go with encoders and items, too. Each would fill holes in one of sixteen heaps of its own (eight
    // for each processor), which thus never stop growing. No thread allocates so often that it would wait for another.
    let oneHeap = mallopt(-8 /* M_ARENA_MAX */, 1) == 1
    return largeBlocks && oneHeap
  }()
}
