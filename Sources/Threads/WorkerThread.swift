import Clocks
import Glibc

/// A thread of our own, for work that blocks: libav's, and waiting for the time that a picture is due.
package final class WorkerThread: Sendable {
  private let isFinished: Monitor<Bool>

  /// Starts a thread that runs `body` once; nil, and `body` never runs, when the system has no more threads.
  ///
  /// - Parameter name: shown by `top -H` and debuggers; the kernel keeps 15 characters.
  package init?(name: String, body: @escaping @Sendable () -> Void) {
    let isFinished = Monitor(false)
    self.isFinished = isFinished
    let start = StartOfThread {
      Self.setName(String(name.prefix(15)))
      body()
      isFinished.update { $0 = true }
    }
    let argument = unsafe Unmanaged.passRetained(start)
    var thread = pthread_t()
    var attributes = pthread_attr_t()
    unsafe pthread_attr_init(&attributes)
    unsafe pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
    let failure = unsafe pthread_create(
      &thread, &attributes,
      { argument in
        guard let argument = unsafe argument else { return nil }
        unsafe Unmanaged<StartOfThread>.fromOpaque(argument).takeRetainedValue().body()
        return nil
      }, argument.toOpaque())
    unsafe pthread_attr_destroy(&attributes)
    guard failure == 0 else {
      unsafe argument.release()
      return nil
    }
  }

  /// Glibc's Swift module has no pthread_setname_np; this file does the same.
  private static func setName(_ name: String) {
    guard let file = unsafe fopen("/proc/thread-self/comm", "w") else { return }
    unsafe fputs(name, file)
    unsafe fclose(file)
  }

  /// Waits for the thread's end, at most `seconds`; false when it still runs, which does no harm beyond its memory.
  @discardableResult
  package func join(within seconds: Double) -> Bool {
    isFinished.wait(until: MonotonicTime.now + Int64(seconds * 1e9)) { $0 ? true : nil } ?? false
  }
}

private final class StartOfThread: Sendable {
  let body: @Sendable () -> Void

  init(body: @escaping @Sendable () -> Void) { self.body = body }
}
