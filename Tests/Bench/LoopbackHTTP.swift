import Foundation

/// One HTTP request a connection, on the calling thread: all that a bench needs.
enum LoopbackHTTP {
  static func request(
    _ method: String, _ path: String, host: String = "127.0.0.1", port: UInt16, contentType: String? = nil,
    body: String = "", bearer: String? = nil, from own: String? = nil
  ) throws -> (status: Int, body: String) {
    let descriptor = try connect(host: host, port: port, from: own)
    defer { close(descriptor) }
    let type =
      (contentType.map { "Content-Type: \($0)\r\n" } ?? "") + (bearer.map { "Authorization: Bearer \($0)\r\n" } ?? "")
    let request =
      "\(method) \(path) HTTP/1.1\r\nHost: \(host):\(port)\r\nConnection: close\r\n\(type)"
      + "Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
    try send(Array(request.utf8), on: descriptor)
    return try parse(receive(from: descriptor), path)
  }

  /// A connected socket, for the caller to close.
  ///
  /// - Parameter own: the address to call from; nil: any.
  static func connect(host: String, port: UInt16, from own: String? = nil) throws -> Int32 {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { throw BenchError("no socket: errno \(errno)") }
    var limit = timeval(tv_sec: 10, tv_usec: 0)
    for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
      setsockopt(descriptor, SOL_SOCKET, option, &limit, socklen_t(MemoryLayout<timeval>.size))
    }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    if let own {
      inet_pton(AF_INET, own, &address.sin_addr)
      _ = withUnsafeBytes(of: &address) {
        bind(descriptor, $0.baseAddress?.assumingMemoryBound(to: sockaddr.self), socklen_t($0.count))
      }
    }
    address.sin_port = port.bigEndian
    inet_pton(AF_INET, host, &address.sin_addr)
    let result = withUnsafeBytes(of: &address) {
      Glibc.connect(descriptor, $0.baseAddress?.assumingMemoryBound(to: sockaddr.self), socklen_t($0.count))
    }
    guard result == 0 else {
      let code = errno
      close(descriptor)
      throw BenchError("cannot connect to \(host):\(port): errno \(code)")
    }
    return descriptor
  }

  static func send(_ bytes: [UInt8], on descriptor: Int32) throws {
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
