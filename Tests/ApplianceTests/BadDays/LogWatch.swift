import Foundation
import Glibc

extension CupolaProcess {
  /// Returns when the log holds a text, woken by each line that is written; whether it came to that.
  func hasLogged(_ text: String, within limit: Duration = .seconds(10)) -> Bool {
    hasLogged(within: limit) { $0.contains(text) }
  }

  func hasLogged(within limit: Duration = .seconds(10), _ isDone: (_ log: String) -> Bool) -> Bool {
    let watch = inotify_init1(Int32(IN_CLOEXEC))
    defer { close(watch) }
    inotify_add_watch(watch, logFile, UInt32(IN_MODIFY))
    let end = ContinuousClock.now + limit
    var events = [UInt8](repeating: 0, count: 4096)
    while !isDone(log) {
      var waiting = pollfd(fd: watch, events: Int16(POLLIN), revents: 0)
      let left = (end - .now) / .milliseconds(1)
      guard left > 0, poll(&waiting, 1, Int32(left)) > 0 else { return isDone(log) }
      _ = read(watch, &events, events.count)
    }
    return true
  }
}

extension String {
  /// How often a text is in it.
  func count(of text: String) -> Int { ranges(of: text).count }
}
