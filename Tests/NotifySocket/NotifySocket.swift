import Foundation
import Glibc
import Synchronization

/// What systemd is to a service: a datagram socket that takes its notifications, and nothing more.
///
/// A thread of its own reads it until it is released.
package final class NotifySocket: Sendable {
  package struct Message: Hashable, Sendable {
    /// The assignments, "READY=1".
    package var fields: [String]
    /// CLOCK_MONOTONIC, in nanoseconds.
    package var time: Int64
  }

  package let path: String
  private let descriptor: Int32
  private let received = ConditionBox([Message]())
  private let isClosed = Atomic(false)

  package init(at path: String) {
    self.path = path
    descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8.prefix($0.count - 1)) }
    let result = withUnsafeBytes(of: &address) {
      bind(descriptor, $0.baseAddress!.assumingMemoryBound(to: sockaddr.self), socklen_t($0.count))
    }
    precondition(result == 0, "\(path) cannot be bound: \(errno)")
    Thread.detachNewThread { [weak self, descriptor] in
      var buffer = [UInt8](repeating: 0, count: 1 << 16)
      while true {
        let count = recv(descriptor, &buffer, buffer.count, 0)
        guard count > 0, let self, !self.isClosed.load(ordering: .relaxed) else { break }
        let fields = String(decoding: buffer[..<count], as: UTF8.self).split(separator: "\n").map(String.init)
        received.update { $0.append(Message(fields: fields, time: Self.now())) }
      }
      Glibc.close(descriptor)
    }
  }

  deinit { close() }

  /// Ends the thread; what is sent from now on reaches nobody.
  package func close() {
    guard !isClosed.exchange(true, ordering: .relaxed) else { return }
    unlink(path)
    shutdown(descriptor, Int32(SHUT_RDWR))
  }

  package var messages: [Message] { received.value }

  /// When `field` came first, after `start`.
  package func time(of field: String, after start: Int64 = 0) -> Int64? {
    messages.first { $0.time >= start && $0.fields.contains(field) }?.time
  }

  /// Waits until `condition` gives something of the messages; nil after `seconds`.
  package func wait<Result>(seconds: Double, for condition: ([Message]) -> Result?) -> Result? {
    received.wait(until: Date(timeIntervalSinceNow: seconds), for: condition)
  }

  package func wait(for field: String, seconds: Double) -> Bool {
    wait(seconds: seconds) { $0.contains { $0.fields.contains(field) } ? true : nil } ?? false
  }

  package static func now() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }
}

/// A value that one thread changes and others wait for.
// Sendable: `content` is touched under `condition` only.
private final class ConditionBox<Value: Sendable>: @unchecked Sendable {
  private let condition = NSCondition()
  private var content: Value

  init(_ content: Value) { self.content = content }

  var value: Value {
    condition.lock()
    defer { condition.unlock() }
    return content
  }

  func update(_ body: (inout Value) -> Void) {
    condition.lock()
    body(&content)
    condition.broadcast()
    condition.unlock()
  }

  func wait<Result>(until end: Date, for body: (Value) -> Result?) -> Result? {
    condition.lock()
    defer { condition.unlock() }
    while true {
      if let result = body(content) { return result }
      guard condition.wait(until: end) else { return body(content) }
    }
  }
}
