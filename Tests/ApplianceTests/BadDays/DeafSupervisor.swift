import Foundation
import Glibc

/// A notify socket of systemd's kind (sd_notify(3)) that is read only when a test does so.
final class DeafSupervisor: Sendable {
  let path: String
  private let descriptor: Int32

  init(at path: String) throws {
    self.path = path
    descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    var name = sockaddr_un()
    name.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &name.sun_path) { $0.copyBytes(from: Array(path.utf8).prefix($0.count - 1)) }
    let bound = withUnsafePointer(to: &name) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    guard bound == 0 else {
      throw CupolaProcess.Failure(description: "bind \(path): \(String(cString: strerror(errno)))")
    }
  }

  deinit { close(descriptor) }

  /// Takes away the name; who is connected already stays so.
  func unlink() { Glibc.unlink(path) }

  /// The messages that wait, without waiting for more.
  func messages() -> [String] {
    var all: [String] = []
    var buffer = [UInt8](repeating: 0, count: 4096)
    while true {
      let count = recv(descriptor, &buffer, buffer.count, Int32(MSG_DONTWAIT))
      guard count >= 0 else { return all }
      all.append(String(decoding: buffer[..<count], as: UTF8.self))
    }
  }

  /// Whether a message comes that is wanted; all that came until then.
  func receive(within limit: Duration = .seconds(10), until isDone: ([String]) -> Bool) -> (isDone: Bool, [String]) {
    let end = ContinuousClock.now + limit
    var all = messages()
    while !isDone(all) {
      var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      let left = (end - .now) / .milliseconds(1)
      guard left > 0, poll(&waiting, 1, Int32(left)) > 0 else { return (isDone(all), all) }
      all += messages()
    }
    return (true, all)
  }
}
