import CFFmpeg
import Glibc

/// Ends what blocks inside of libavformat: when its owner says so, or when it takes too long.
///
/// Only the thread that is inside of the call uses it.
final class Interruption {
  private let isInterrupted: @Sendable () -> Bool
  private var deadline = Int64.max
  private(set) var isTimedOut = false

  init(isInterrupted: @escaping @Sendable () -> Bool) { self.isInterrupted = isInterrupted }

  /// The next call into libav may take `seconds`.
  func allow(seconds: Int64) {
    deadline = monotonicNanoseconds() + seconds * 1_000_000_000
    isTimedOut = false
  }

  var shouldEnd: Bool {
    if isInterrupted() { return true }
    isTimedOut = monotonicNanoseconds() > deadline
    return isTimedOut
  }

  /// The error that a call ended with, put right if it was this that ended it.
  func error(_ code: Int32, _ operation: String) -> MediaError {
    guard code == CFFMPEG_ERROR_EXIT else { return MediaError(code: code, operation: operation) }
    return isTimedOut ? .timedOut : .interrupted
  }
}

/// The monotonic clock, in nanoseconds.
func monotonicNanoseconds() -> Int64 {
  var time = timespec()
  clock_gettime(CLOCK_MONOTONIC, &time)
  return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
}

/// Owns one open AVFormatContext, and what its interrupt callback refers to.
struct FormatContext: ~Copyable {
  let pointer: UnsafeMutablePointer<AVFormatContext>
  let interruption: Interruption

  /// How much libavformat may read to find out what it has, in bytes and in microseconds of media.
  private static let probeLimits = (bytes: 8_000_000, microseconds: 5_000_000)
  /// How long a server may say nothing, in microseconds.
  private static let ioTimeout = 8_000_000

  init(opening location: String, interruption: Interruption) throws(MediaError) {
    var context = avformat_alloc_context()
    guard let allocated = context else { fatalError("out of memory") }
    allocated.pointee.interrupt_callback.opaque = Unmanaged.passUnretained(interruption).toOpaque()
    allocated.pointee.interrupt_callback.callback = { opaque in
      Unmanaged<Interruption>.fromOpaque(opaque!).takeUnretainedValue().shouldEnd ? 1 : 0
    }
    allocated.pointee.probesize = Int64(Self.probeLimits.bytes)
    allocated.pointee.max_analyze_duration = Int64(Self.probeLimits.microseconds)
    var options: OpaquePointer?
    av_dict_set_int(&options, "rw_timeout", Int64(Self.ioTimeout), 0)
    defer { av_dict_free(&options) }
    // A failed open frees the context.
    let code = avformat_open_input(&context, location, nil, &options)
    guard code >= 0, let opened = context else {
      switch code {
      case CFFMPEG_ERROR_INVALIDDATA, CFFMPEG_ERROR_EOF: throw .notMedia
      case CFFMPEG_ERROR_EXIT: throw interruption.error(code, "open")
      default: throw .cannotOpen(LibAVError(code: code, operation: "open"))
      }
    }
    pointer = opened
    self.interruption = interruption
  }

  deinit {
    var context: UnsafeMutablePointer<AVFormatContext>? = pointer
    avformat_close_input(&context)
  }

  var streams: [UnsafeMutablePointer<AVStream>] {
    (0..<Int(pointer.pointee.nb_streams)).compactMap { pointer.pointee.streams[$0] }
  }

  var formatName: String { String(cString: pointer.pointee.iformat.pointee.name) }
}
