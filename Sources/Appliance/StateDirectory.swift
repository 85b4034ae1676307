import Foundation

/// Where Cupola keeps what it has to remember between two starts.
struct StateDirectory: Sendable {
  let path: String

  /// - Parameter configured: what the configuration says; nil: `$STATE_DIRECTORY` (systemd), else
  ///   `$XDG_STATE_HOME/cupola` or `~/.local/state/cupola`.
  init(configured: String?, environment: [String: String] = ProcessInfo.processInfo.environment) {
    path =
      configured
      ?? environment["STATE_DIRECTORY"]?.split(separator: ":").first.map(String.init)
      ?? environment["XDG_STATE_HOME"].map { $0 + "/cupola" }
      ?? NSHomeDirectory() + "/.local/state/cupola"
  }

  /// The text of a small file; nil: it is not there, or cannot be read.
  func read(_ name: String) -> String? {
    guard let handle = FileHandle(forReadingAtPath: path + "/" + name),
      let data = try? handle.read(upToCount: 64 * 1024)
    else { return nil }
    return String(decoding: data, as: UTF8.self)
  }

  /// Writes a file so that, whatever happens, it is there whole or as it was before; only this user can read it.
  func write(_ text: String, to name: String) throws {
    try FileManager.default.createDirectory(
      atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    let target = path + "/" + name
    let temporary = target + ".new"
    try? FileManager.default.removeItem(atPath: temporary)
    guard
      FileManager.default.createFile(
        atPath: temporary, contents: Data(text.utf8), attributes: [.posixPermissions: 0o600])
    else { throw CocoaError(.fileWriteUnknown) }
    guard rename(temporary, target) == 0 else { throw CocoaError(.fileWriteUnknown) }
  }
}
