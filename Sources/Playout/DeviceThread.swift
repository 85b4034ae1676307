import Clocks
import FFmpeg
import Media
import Synchronization
import Threads

/// A thread that makes the calls of a graphics driver, which may hang, for somebody who waits only so long.
///
/// What it works on is made, used and let go of on the thread. A call that is late is given up together with the thread
/// and all that belongs to it; they are freed if the driver ever returns.
final class DeviceThread<Resource: AnyObject>: Sendable {
  private struct State {
    var work: (@Sendable (inout Resource?) -> Void)?
    var isClosed = false
  }

  private let state = Monitor(State())
  private let isAbandoned = Atomic(false)
  private let isStarted: Bool

  init(name: String) {
    let thread = WorkerThread(name: name) { [state] in
      var resource: Resource?
      while let work = state.wait(for: { state -> (@Sendable (inout Resource?) -> Void)?? in
        if let work = state.work {
          state.work = nil
          return .some(work)
        }
        return state.isClosed ? .some(nil) : nil
      }) ?? nil {
        work(&resource)
      }
      resource = nil
    }
    isStarted = thread != nil
  }

  deinit { close() }

  /// Lets the thread end after what it does now, with all that belongs to it.
  func close() { state.update { $0.isClosed = true } }

  /// Runs `body` on the thread.
  ///
  /// - Throws: `.device` when it has not come back in time; nothing may be asked of this thread again then. The same
  ///   when the system had no thread to give; whoever makes another may have more luck.
  func run<Result: Sendable>(
    within limit: MediaTime, _ body: @escaping @Sendable (inout Resource?) throws(MediaError) -> Result
  ) throws(MediaError) -> Result {
    guard isStarted else { throw .device("the system has no more threads") }
    guard !isAbandoned.load(ordering: .relaxed) else { throw .device("a call of its driver has not returned") }
    let reply = Monitor<Swift.Result<Result, MediaError>?>(nil)
    let abandoned = Abandonment()
    state.update { state in
      state.work = { resource in
        let result: Swift.Result<Result, MediaError>
        do throws(MediaError) {
          result = .success(try body(&resource))
        } catch {
          result = .failure(error)
        }
        abandoned.end()
        reply.update { $0 = result }
      }
    }
    guard let result = reply.wait(until: MonotonicTime.now + limit.nanoseconds, for: { $0 }) else {
      isAbandoned.store(true, ordering: .relaxed)
      abandoned.begin()
      close()
      throw .device("a call of its driver has not returned for \((limit.seconds * 1000).rounded() / 1000) s")
    }
    return try result.get()
  }
}

/// Counts the threads that a driver holds.
final class AbandonedThreads: Sendable {
  private static let count = Atomic(0)
  /// With so many no further one is started.
  static let limit = 4

  static var current: Int { count.load(ordering: .relaxed) }

  fileprivate static func change(by difference: Int) { count.add(difference, ordering: .relaxed) }
}

/// Whether a call was given up, and whether it came back after all.
private final class Abandonment: Sendable {
  private let state = Mutex((isBegun: false, isEnded: false))

  func begin() {
    state.withLock { state in
      if !state.isEnded { AbandonedThreads.change(by: 1) }
      state.isBegun = true
    }
  }

  func end() {
    state.withLock { state in
      if state.isBegun { AbandonedThreads.change(by: -1) }
      state.isEnded = true
    }
  }
}
