import CFFmpeg
import Clocks

/// Ends what blocks inside of libavformat: when its owner says so, or when it takes too long.
///
/// Only the thread that is inside of the call uses it.
final class InterruptCallback {
  private let isInterrupted: @Sendable () -> Bool
  private var deadline = Int64.max
  private(set) var isTimedOut = false

  init(isInterrupted: @escaping @Sendable () -> Bool) { self.isInterrupted = isInterrupted }

  /// The next call into libav may take `seconds`.
  func allow(seconds: Int64) {
    deadline = MonotonicTime.now + seconds * 1_000_000_000
    isTimedOut = false
  }

  var shouldEnd: Bool {
    if isInterrupted() { return true }
    isTimedOut = MonotonicTime.now > deadline
    return isTimedOut
  }

  /// The error that a call ended with, put right if it was this that ended it.
  func error(_ code: Int32, _ operation: String) -> MediaError {
    guard code == CFFMPEG_ERROR_EXIT else { return MediaError(code: code, operation: operation) }
    return isTimedOut ? .timedOut : .interrupted
  }
}
