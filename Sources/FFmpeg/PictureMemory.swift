import CFFmpeg
import Synchronization

/// Counts what decoded pictures take of memory, and refuses those for which there is none left.
///
/// A picture counts from when a decoder asks for its memory until the last reference to it is gone, whoever holds it: the
/// decoder that refers to it, a queue, a preset. Hardware's pictures lie elsewhere and do not count.
public final class PictureMemory: Sendable {
  /// That of the process.
  public static let shared = PictureMemory()

  private let taken = Atomic<Int64>(0)
  private let allowed: Atomic<Int64>

  public init(allowed: Int64 = .max) { self.allowed = Atomic(allowed) }

  /// In bytes.
  public var limit: Int64 { allowed.load(ordering: .relaxed) }

  /// Bytes of pictures that are there now.
  public var current: Int64 { taken.load(ordering: .relaxed) }

  /// Allows so many bytes from now on, and libav no block of memory that is half of it: an index can claim anything.
  public func allow(_ bytes: Int64) {
    allowed.store(bytes, ordering: .relaxed)
    // The largest picture that is converted takes 403 MB.
    av_max_alloc(Int(clamping: min(max(bytes / 2, 512 << 20), Int64(Int32.max))))
  }

  /// Whether there is room.
  func take(_ bytes: Int64) -> Bool {
    if taken.add(bytes, ordering: .relaxed).newValue <= limit { return true }
    giveBack(bytes)
    return false
  }

  func giveBack(_ bytes: Int64) { taken.subtract(bytes, ordering: .relaxed) }

  /// Counts `bytes` for as long as there is a reference to `frame`; false when there is no room.
  func charge(_ frame: UnsafeMutablePointer<AVFrame>, bytes: Int64) -> Bool {
    guard take(bytes) else { return false }
    let charge = Unmanaged.passRetained(Charge(memory: self, bytes: bytes))
    let address = charge.toOpaque().assumingMemoryBound(to: UInt8.self)
    // libav copies a frame's opaque reference with the frame, and frees it with the last copy.
    let reference = av_buffer_create(
      address, 1, { opaque, _ in Unmanaged<Charge>.fromOpaque(opaque!).release() }, charge.toOpaque(),
      AV_BUFFER_FLAG_READONLY)
    guard let reference else {
      charge.release()
      return false
    }
    av_buffer_unref(&frame.pointee.opaque_ref)
    frame.pointee.opaque_ref = reference
    return true
  }

  private final class Charge: Sendable {
    let memory: PictureMemory
    let bytes: Int64

    init(memory: PictureMemory, bytes: Int64) {
      self.memory = memory
      self.bytes = bytes
    }

    deinit { memory.giveBack(bytes) }
  }
}
