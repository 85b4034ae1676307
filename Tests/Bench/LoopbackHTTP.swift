import Foundation

/// One HTTP request a connection to 127.0.0.1, on the calling thread: all that a bench needs.
enum LoopbackHTTP {
  static func request(
    _ method: String, _ path: String, port: UInt16, contentType: String? = nil, body: String = "",
    bearer: String? = nil
  ) throws -> (status: Int, body: String) {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    guard descriptor >= 0 else { throw BenchError("no socket: errno \(errno)") }
    defer { close(descriptor) }
    var limit = timeval(tv_sec: 10, tv_usec: 0)
    for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
      setsockopt(descriptor, SOL_SOCKET, option, &limit, socklen_t(MemoryLayout<timeval>.size))
    }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    let result = withUnsafeBytes(of: &address) {
      connect(descriptor, $0.baseAddress?.assumingMemoryBound(to: sockaddr.self), socklen_t($0.count))
    }
    guard result == 0 else { throw BenchError("cannot connect to port \(port): errno \(errno)") }

    let type =
      (contentType.map { "Content-Type: \($0)\r\n" } ?? "") + (bearer.map { "Authorization: Bearer \($0)\r\n" } ?? "")
    let request =
      "\(method) \(path) HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\nConnection: close\r\n\(type)"
      + "Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
    try send(Array(request.utf8), on: descriptor)
    return try parse(receive(from: descriptor), path)
  }

  private static func send(_ bytes: [UInt8], on descriptor: Int32) throws {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
      guard count > 0 else { throw BenchError("cannot send a request: errno \(errno)") }
      rest = rest.dropFirst(count)
    }
  }

  private static func receive(from descriptor: Int32) throws -> [UInt8] {
    var answer: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = recv(descriptor, &buffer, buffer.count, 0)
      guard count >= 0 else { throw BenchError("no answer: errno \(errno)") }
      if count == 0 { return answer }
      answer += buffer[..<count]
    }
  }

  private static func parse(_ answer: [UInt8], _ path: String) throws -> (status: Int, body: String) {
    let text = String(decoding: answer, as: UTF8.self)
    // Swift counts CR LF as one character.
    guard let status = text.split(separator: " ").dropFirst().first.flatMap({ Int($0) }),
      let end = text.firstRange(of: "\r\n\r\n")
    else { throw BenchError("no HTTP answer to \(path)") }
    return (status, String(text[end.upperBound...]))
  }
}
