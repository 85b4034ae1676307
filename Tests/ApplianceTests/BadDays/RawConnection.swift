import Foundation
import Glibc

/// A TCP connection that says what a test has it say, which may be nothing.
final class RawConnection {
  let descriptor: Int32

  /// - Parameter host: an IPv4 address.
  init(to port: UInt16, at host: String = "127.0.0.1") throws {
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    var name = sockaddr_in()
    name.sin_family = sa_family_t(AF_INET)
    name.sin_port = port.bigEndian
    inet_pton(AF_INET, host, &name.sin_addr)
    let connected = withUnsafePointer(to: &name) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard connected == 0 else {
      throw CupolaProcess.Failure(description: "connect: \(String(cString: strerror(errno)))")
    }
  }

  deinit { close(descriptor) }

  func send(_ text: String) {
    let bytes = Array(text.utf8)
    _ = Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL))
  }

  /// Waits until the other side says something, or closes; whether it came to that.
  func hears(within limit: Duration) -> Bool {
    var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    return poll(&waiting, 1, Int32(max(limit / .milliseconds(1), 0))) > 0
  }

  /// What has come so far, without waiting for more.
  func received() -> String {
    var buffer = [UInt8](repeating: 0, count: 1 << 14)
    let count = recv(descriptor, &buffer, buffer.count, Int32(MSG_DONTWAIT))
    return String(decoding: buffer.prefix(max(0, count)), as: UTF8.self)
  }

  /// All that comes until the other side closes; nil: it did not within the time.
  func readToEnd(within limit: Duration) -> String? {
    let end = ContinuousClock.now + limit
    var all: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 14)
    while hears(within: end - .now) {
      let count = recv(descriptor, &buffer, buffer.count, 0)
      guard count > 0 else { return String(decoding: all, as: UTF8.self) }
      all += buffer[..<count]
    }
    return nil
  }
}

extension CupolaProcess {
  /// Asks over a connection of its own, which the server closes after the answer.
  func ask(_ path: String, within limit: Duration = .seconds(10)) throws -> String? {
    let connection = try RawConnection(to: ports.http)
    connection.send("GET /\(path) HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
    return connection.readToEnd(within: limit)
  }

  /// What a WHEP player that offers is answered, over a connection of its own from where the thread is.
  func answer(to offer: String, at host: String = "127.0.0.1") throws -> String {
    let connection = try RawConnection(to: ports.http, at: host)
    connection.send(
      """
      POST /whep/programme HTTP/1.1\r
      Host: \(host)\r
      Connection: close\r
      Content-Type: application/sdp\r
      Content-Length: \(offer.utf8.count)\r
      \r
      \(offer)
      """)
    let text = connection.readToEnd(within: .seconds(10)) ?? ""
    guard text.hasPrefix("HTTP/1.1 201 "), let end = text.firstRange(of: "\r\n\r\n") else {
      throw Failure(description: "no answer to an offer: \(text)")
    }
    return String(text[end.upperBound...])
  }
}
