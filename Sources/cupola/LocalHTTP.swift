import CupolaConfiguration
import Foundation
import SansIO

/// One question to the Cupola that runs on this machine, by HTTP.
struct LocalHTTP {
  struct Answer {
    var status: Int
    var body: Data

    /// What it says is wrong.
    var complaint: String {
      struct Body: Decodable {
        struct Error: Decodable { var message: String }
        var error: Error
      }
      return (try? JSONDecoder().decode(Body.self, from: body))?.error.message ?? "Cupola answered \(status)."
    }
  }

  struct Failure: Error, CustomStringConvertible {
    var description: String
  }

  private let address: IPAddress
  private let port: UInt16

  /// - Parameter endpoint: where it listens; of every address, the loopback one is asked.
  init(_ endpoint: ApplianceConfiguration.Endpoint) {
    let address = IPAddress(endpoint.host) ?? .anyV4
    self.address = address.isUnspecified ? .loopbackV4 : address
    port = endpoint.port
  }

  /// Waits five seconds for each part of the answer.
  func ask(_ method: String, _ path: String, bearer: String) throws(Failure) -> Answer {
    let host = address.isV6 ? "[\(address)]" : "\(address)"
    let descriptor = try connected(to: host)
    defer { close(descriptor) }
    let request = Array(
      "\(method) \(path) HTTP/1.1\r\nHost: \(host):\(port)\r\nAuthorization: Bearer \(bearer)\r\nConnection: close\r\n\r\n"
        .utf8)
    guard send(descriptor, request, request.count, Int32(MSG_NOSIGNAL)) == request.count else {
      throw failure("does not take the question", host)
    }
    var received = Data()
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while received.count < 1 << 20 {
      let count = recv(descriptor, &buffer, buffer.count, 0)
      guard count >= 0 else { throw failure("does not answer", host) }
      guard count > 0 else { break }
      received += buffer[..<count]
    }
    guard let end = received.firstRange(of: Data("\r\n\r\n".utf8)), received.starts(with: Data("HTTP/1.1 ".utf8)),
      let status = Int(String(decoding: received.dropFirst(9).prefix(3), as: UTF8.self))
    else { throw Failure(description: "What answers at \(host):\(port) is not Cupola.") }
    return Answer(status: status, body: received[end.upperBound...])
  }

  private func connected(to host: String) throws(Failure) -> Int32 {
    var hints = addrinfo()
    hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    var found: UnsafeMutablePointer<addrinfo>?
    guard getaddrinfo("\(address)", "\(port)", &hints, &found) == 0, let info = found else {
      throw failure("is no address", host)
    }
    defer { freeaddrinfo(info) }
    let descriptor = socket(info.pointee.ai_family, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    var patience = timeval(tv_sec: 5, tv_usec: 0)
    for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
      setsockopt(descriptor, SOL_SOCKET, option, &patience, socklen_t(MemoryLayout<timeval>.size))
    }
    guard connect(descriptor, info.pointee.ai_addr, info.pointee.ai_addrlen) == 0 else {
      close(descriptor)
      throw failure("cannot be reached", host)
    }
    return descriptor
  }

  private func failure(_ what: String, _ host: String) -> Failure {
    Failure(description: "Cupola at \(host):\(port) \(what): \(String(cString: strerror(errno))). Is it running?")
  }
}
