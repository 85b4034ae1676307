import Glibc
import Synchronization

/// A web server on the loopback interface that gives the first part of a file and then nothing, and keeps the
/// connection open: a network that stalls in mid-packet.
///
/// It ends with `stop` or when it is let go, and answers so many requests at most.
public final class StallingServer: Sendable {
  /// The address of the file.
  public let url: String
  private let listener: Int32
  private let connections = Mutex<[Int32]>([])
  private static let maximumRequests = 64

  /// - Parameters:
  ///   - file: what it says it has.
  ///   - part: how many bytes of it are given.
  public init(file: [UInt8], part: Int, name: String = "film.mp4") throws {
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isOpen = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
        bind(listener, pointer, length) == 0 && listen(listener, 8) == 0 && getsockname(listener, pointer, &length) == 0
      }
    }
    guard listener >= 0, isOpen else { throw StallingServerFailure(errno: errno) }
    self.listener = listener
    url = "http://127.0.0.1:\(UInt16(bigEndian: address.sin_port))/\(name)"
    let head = "HTTP/1.1 200 OK\r\nContent-Type: video/mp4\r\nContent-Length: \(file.count)\r\n\r\n"
    let answer = Array(head.utf8) + file.prefix(part)
    let thread = Thread(server: self, answer: answer)
    var id = pthread_t()
    let failure = pthread_create(
      &id, nil,
      { argument in
        let thread = Unmanaged<Thread>.fromOpaque(argument!).takeRetainedValue()
        StallingServer.serve(thread)
        return nil
      }, Unmanaged.passRetained(thread).toOpaque())
    guard failure == 0 else { throw StallingServerFailure(errno: failure) }
    pthread_detach(id)
  }

  deinit { stop() }

  /// Ends all connections.
  public func stop() {
    shutdown(listener, Int32(SHUT_RDWR))
    for connection in connections.withLock({ $0 }) { shutdown(connection, Int32(SHUT_RDWR)) }
  }

  private final class Thread: Sendable {
    let listener: Int32
    let answer: [UInt8]
    // The server may be let go while its thread waits for a connection.
    private let add: @Sendable (Int32) -> Void

    init(server: StallingServer, answer: [UInt8]) {
      listener = server.listener
      self.answer = answer
      add = { [weak server] connection in server?.connections.withLock { $0.append(connection) } }
    }

    func keep(_ connection: Int32) { add(connection) }
  }

  private static func serve(_ thread: Thread) {
    var open: [Int32] = []
    for _ in 0..<maximumRequests {
      let connection = accept(thread.listener, nil, nil)
      guard connection >= 0 else { break }
      open.append(connection)
      thread.keep(connection)
      var request = [UInt8](repeating: 0, count: 4096)
      _ = recv(connection, &request, request.count, 0)
      var sent = 0
      while sent < thread.answer.count {
        let count = thread.answer[sent...].withUnsafeBytes {
          send(connection, $0.baseAddress, $0.count, Int32(truncatingIfNeeded: MSG_NOSIGNAL))
        }
        guard count > 0 else { break }
        sent += count
      }
    }
    for connection in open { close(connection) }
    close(thread.listener)
  }
}

public struct StallingServerFailure: Error {
  public var errno: Int32
}
