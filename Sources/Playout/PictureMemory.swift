import Glibc

/// How the process's heap treats pictures.
enum PictureMemory {
  /// Makes the allocator take every block of a megabyte or more from the kernel and give it back when freed.
  ///
  /// By itself it learns from the first large block freed to keep the next ones in the heap, and decoders that come and
  /// go with the items of a playlist then leave holes of a hundred megabytes behind. Found at run time, because Glibc's
  /// Swift module lacks mallopt and other C libraries have none.
  static let isReturnedAtOnce: Bool = {
    let thresholdParameter: Int32 = -3  // M_MMAP_THRESHOLD
    guard let symbol = unsafe dlsym(nil, "mallopt") else { return false }
    let mallopt = unsafe unsafeBitCast(symbol, to: (@convention(c) (Int32, Int32) -> Int32).self)
    return mallopt(thresholdParameter, 1 << 20) == 1
  }()
}
