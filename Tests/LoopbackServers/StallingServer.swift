import Foundation
import Glibc
import Synchronization

/// A web server that gives the first part of a file and then nothing, and keeps the connection open: a network that stalls
/// in mid-packet.
///
/// It ends when it is let go, and answers so many requests at most.
public final class StallingServer: Sendable {
  /// The address of the file.
  public let url: String
  private let connections = Connections()

  /// - Parameters:
  ///   - file: what it says it has.
  ///   - part: how many bytes of it are given.
  public init(file: [UInt8], part: Int) throws {
    let listener = try LoopbackListener(waits: true)
    url = "http://127.0.0.1:\(listener.port)/film.mp4"
    let head = "HTTP/1.1 200 OK\r\nContent-Type: video/mp4\r\nContent-Length: \(file.count)\r\n\r\n"
    let answer = Array(head.utf8) + file.prefix(part)
    Thread.detachNewThread { [connections] in connections.serve(listener, answer) }
  }

  deinit { connections.end() }

  /// Those that are open, and the listener: its thread alone closes them.
  private final class Connections: Sendable {
    private struct State {
      var open: [Int32] = []
      var isOver = false
    }

    private static let maximum = 64
    private let state = Mutex(State())

    /// Lets the thread come back from whatever it waits for.
    func end() {
      state.withLock { state in
        // Afterwards the numbers may be somebody else's.
        guard !state.isOver else { return }
        state.isOver = true
        for descriptor in state.open { shutdown(descriptor, Int32(SHUT_RDWR)) }
      }
    }

    func serve(_ listener: LoopbackListener, _ answer: [UInt8]) {
      guard add(listener.descriptor) else { return }
      for _ in 0..<Self.maximum {
        let connection = accept(listener.descriptor, nil, nil)
        guard connection >= 0, add(connection) else { break }
        var request = [UInt8](repeating: 0, count: 4096)
        _ = recv(connection, &request, request.count, 0)
        Self.send(answer, to: connection)
      }
      let open = state.withLock { state in
        state.isOver = true
        return state.open
      }
      for connection in open where connection != listener.descriptor { close(connection) }
    }

    /// False when it is over: then `descriptor` is let go by whoever has it.
    private func add(_ descriptor: Int32) -> Bool {
      state.withLock { state in
        state.open.append(descriptor)
        return !state.isOver
      }
    }

    private static func send(_ answer: [UInt8], to connection: Int32) {
      var sent = 0
      while sent < answer.count {
        let count = answer[sent...].withUnsafeBytes {
          Glibc.send(connection, $0.baseAddress, $0.count, Int32(truncatingIfNeeded: MSG_NOSIGNAL))
        }
        guard count > 0 else { return }
        sent += count
      }
    }
  }
}
