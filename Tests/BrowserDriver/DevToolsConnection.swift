import Foundation
import Glibc
import Synchronization

/// The Chrome DevTools Protocol over a pair of pipes: JSON messages with a NUL byte after each.
///
/// A thread of its own reads the pipe, resumes who waits for an answer, and fails who waited too long. It holds this
/// connection and the child alive only until the pipe is closed, which the end of the child does.
final class DevToolsConnection: Sendable {
  private struct Waiting {
    let method: String
    let deadline: ContinuousClock.Instant
    let continuation: CheckedContinuation<Data, any Error>
  }
  private struct State {
    var nextID = 1
    var waiting: [Int: Waiting] = [:]
    var observers: [String: @Sendable (String, Data) -> Void] = [:]
    var isClosed = false
  }
  private struct Head: Decodable {
    var id: Int?
    var method: String?
    var sessionId: String?
  }
  private struct Reply<Result: Decodable>: Decodable {
    struct Refusal: Decodable { var message: String }
    var result: Result?
    var error: Refusal?
  }
  private struct Command: Encodable {
    var id: Int
    var method: String
    var params: JSONValue
    var sessionId: String?
  }
  /// The part of an answer that nobody looks at.
  struct Nothing: Decodable {}

  private let child: ChildProcess
  private let state = Mutex(State())
  private let writing = Mutex(())

  init(child: ChildProcess) {
    self.child = child
    Thread.detachNewThread { [self] in read() }
  }

  /// Sends a command and waits for its answer.
  func call<Result: Decodable & Sendable>(
    _ method: String, _ params: JSONValue = [:], session: String? = nil, within limit: Duration = .seconds(30),
    returning: Result.Type = Nothing.self
  ) async throws -> Result {
    let data = try await withCheckedThrowingContinuation { continuation in
      let id: Int? = state.withLock { state in
        guard !state.isClosed else { return nil }
        defer { state.nextID += 1 }
        state.waiting[state.nextID] = Waiting(
          method: method, deadline: .now + limit, continuation: continuation)
        return state.nextID
      }
      guard let id else { return continuation.resume(throwing: BrowserError.ended) }
      send(Command(id: id, method: method, params: params, sessionId: session))
    }
    let reply = try JSONDecoder().decode(Reply<Result>.self, from: data)
    if let error = reply.error { throw BrowserError.refused(method: method, message: error.message) }
    guard let result = reply.result else { throw BrowserError.unexpectedAnswer(String(decoding: data, as: UTF8.self)) }
    return result
  }

  /// Sends a command whose answer nobody waits for.
  func post(_ method: String, _ params: JSONValue, session: String) {
    let id: Int? = state.withLock { state in
      guard !state.isClosed else { return nil }
      defer { state.nextID += 1 }
      return state.nextID
    }
    if let id { send(Command(id: id, method: method, params: params, sessionId: session)) }
  }

  /// Calls `observer` with the method and the whole message of every event of a session, on the reading thread.
  func observe(session: String, _ observer: (@Sendable (String, Data) -> Void)?) {
    state.withLock { $0.observers[session] = observer }
  }

  private func send(_ command: Command) {
    guard var bytes = try? JSONEncoder().encode(command) else { return }
    bytes.append(0)
    // A pipe whose reader has gone is noticed by the reading thread.
    writing.withLock { _ in
      bytes.withUnsafeBytes { buffer in
        var offset = 0
        while offset < buffer.count {
          let count = Glibc.write(child.input, buffer.baseAddress! + offset, buffer.count - offset)
          if count > 0 { offset += count } else if errno != EINTR { return }
        }
      }
    }
  }

  private func read() {
    var pending = Data()
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      var descriptor = pollfd(fd: child.output, events: Int16(POLLIN), revents: 0)
      if poll(&descriptor, 1, 250) == 0 {
        failOverdue()
        continue
      }
      let count = Glibc.read(child.output, &buffer, buffer.count)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { break }
      pending.append(contentsOf: buffer[..<count])
      while let end = pending.firstIndex(of: 0) {
        receive(Data(pending[pending.startIndex..<end]))
        pending = Data(pending[(end + 1)...])
      }
      failOverdue()
    }
    let waiting = state.withLock { state in
      state.isClosed = true
      state.observers = [:]
      defer { state.waiting = [:] }
      return state.waiting.values.map(\.continuation)
    }
    for continuation in waiting { continuation.resume(throwing: BrowserError.ended) }
  }

  private func receive(_ message: Data) {
    guard let head = try? JSONDecoder().decode(Head.self, from: message) else { return }
    if let id = head.id {
      state.withLock { $0.waiting.removeValue(forKey: id) }?.continuation.resume(returning: message)
    } else if let session = head.sessionId, let method = head.method {
      state.withLock { $0.observers[session] }?(method, message)
    }
  }

  private func failOverdue() {
    let overdue = state.withLock { state in
      let now = ContinuousClock.now
      let late = state.waiting.filter { $0.value.deadline < now }
      for id in late.keys { state.waiting[id] = nil }
      return late.values.map { $0 }
    }
    for waiting in overdue { waiting.continuation.resume(throwing: BrowserError.noAnswer(method: waiting.method)) }
  }
}
