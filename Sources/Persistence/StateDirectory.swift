import Foundation

/// Where Cupola keeps what it has to remember between two starts.
public struct StateDirectory: Sendable {
  public let path: String

  /// Where the systemd service keeps it.
  public static let ofService = "/var/lib/cupola"

  /// What a write came to, beyond what the system says.
  public struct WriteFailure: Error, CustomStringConvertible {
    public var description: String

    init(_ operation: String) { description = unsafe "\(operation): \(String(cString: strerror(errno)))" }
  }

  /// - Parameter configured: what the configuration says; nil: `$STATE_DIRECTORY` (systemd), else
  ///   `$XDG_STATE_HOME/cupola` or `~/.local/state/cupola`.
  public init(configured: String?, environment: [String: String] = ProcessInfo.processInfo.environment) {
    path =
      configured
      ?? environment["STATE_DIRECTORY"]?.split(separator: ":").first.map(String.init)
      ?? environment["XDG_STATE_HOME"].map { $0 + "/cupola" }
      ?? NSHomeDirectory() + "/.local/state/cupola"
  }

  /// Longer than any file that is written here.
  private static let maximumSize = 64 * 1024

  /// Why a file that is there is of no use.
  public struct ReadFailure: Error, CustomStringConvertible {
    public var description: String

    public init(_ description: String) { self.description = description }
  }

  /// The text of a small file; nil: it is not there, or cannot be read.
  public func read(_ name: String) -> String? { (try? text(of: name)) ?? nil }

  /// The text of a small file; nil: it is not there.
  ///
  /// - Throws: why what is there cannot be read.
  public func text(of name: String) throws(ReadFailure) -> String? {
    // A pipe in its place would keep us waiting for somebody to write.
    let descriptor = unsafe open(path + "/" + name, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else {
      if errno == ENOENT || errno == ENOTDIR { return nil }
      throw unsafe ReadFailure(String(cString: strerror(errno)))
    }
    defer { close(descriptor) }
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      throw ReadFailure("it is no regular file")
    }
    guard status.st_size <= Self.maximumSize else { throw ReadFailure("it is too long") }
    let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: false)
    do {
      return String(decoding: try handle.read(upToCount: Self.maximumSize) ?? Data(), as: UTF8.self)
    } catch {
      throw ReadFailure("\(error)")
    }
  }

  /// Writes a file so that, whatever happens, it is there whole or as it was before; only this user can read it.
  ///
  /// - Parameter synchronously: whether it is on the disk when this returns, and survives the loss of power from then
  ///   on. Otherwise it survives the end of the process.
  public func write(_ text: String, to name: String, synchronously: Bool = true) throws {
    try FileManager.default.createDirectory(
      atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    let target = path + "/" + name
    let temporary = target + ".new"
    let flags = O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK
    var descriptor = unsafe open(temporary, flags, 0o600)
    if descriptor < 0 {
      let failure = WriteFailure("open \(temporary)")
      // A link, a pipe or a folder in its place gives way.
      if unsafe remove(temporary) == 0 { descriptor = unsafe open(temporary, flags, 0o600) }
      guard descriptor >= 0 else { throw failure }
    }
    defer { close(descriptor) }
    let bytes = Array(text.utf8)
    var done = 0
    while done < bytes.count {
      let count = unsafe bytes.withUnsafeBytes {
        unsafe Glibc.write(descriptor, $0.baseAddress! + done, bytes.count - done)
      }
      guard count > 0 else { throw WriteFailure("write \(temporary)") }
      done += count
    }
    if synchronously, fsync(descriptor) != 0 { throw WriteFailure("write \(temporary)") }
    guard unsafe rename(temporary, target) == 0 else { throw WriteFailure("rename \(temporary)") }
    if synchronously { syncFolder() }
  }

  /// Renames a file that is no good, over one that was set aside before; its new path.
  public func setAside(_ name: String) -> String? {
    let aside = path + "/" + name + ".damaged"
    // A folder does not take the place of a file by itself.
    unsafe remove(aside)
    return unsafe rename(path + "/" + name, aside) == 0 ? aside : nil
  }

  /// A rename is on the disk when its folder is.
  private func syncFolder() {
    let descriptor = unsafe open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { return }
    fsync(descriptor)
    close(descriptor)
  }
}
