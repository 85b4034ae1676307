import Glibc

/// Reads regular files below one folder and nothing else: no `..`, no hidden names, no symbolic link on the way.
///
/// Each component is opened relative to the one before it and without following links, so what a name means cannot
/// change between a check and its use. Calls block on the disk.
struct FileTree: Sendable {
  enum Entry: Equatable {
    case file([UInt8])
    case folder
  }

  /// Bytes of the largest file that is served; a page's files are read whole.
  static let maximumFileSize = 16 * 1024 * 1024

  let root: String

  /// What is at a path below the root; nil when there is nothing that may be shown.
  func entry(at components: [[UInt8]]) -> Entry? {
    guard components.allSatisfy(Self.isVisible) else { return nil }
    var descriptor = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    for component in components {
      let name = component.map { CChar(bitPattern: $0) } + [0]
      let next = openat(descriptor, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK)
      guard next >= 0 else { return nil }
      close(descriptor)
      descriptor = next
    }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { return nil }
    switch status.st_mode & S_IFMT {
    case S_IFDIR: return .folder
    case S_IFREG where status.st_size <= Self.maximumFileSize: return Self.contents(of: descriptor).map(Entry.file)
    default: return nil
    }
  }

  private static func isVisible(_ component: [UInt8]) -> Bool {
    guard let first = component.first, first != UInt8(ascii: ".") else { return false }
    return !component.contains { $0 == 0 || $0 == UInt8(ascii: "/") }
  }

  /// The bytes to the end of the file; nil when it cannot be read or grew beyond the limit meanwhile.
  private static func contents(of descriptor: Int32) -> [UInt8]? {
    var contents: [UInt8] = []
    while contents.count <= maximumFileSize {
      var count = 0
      let chunk = [UInt8](unsafeUninitializedCapacity: 64 * 1024) { buffer, initialized in
        count = read(descriptor, buffer.baseAddress, buffer.count)
        initialized = max(0, count)
      }
      if count < 0 { return nil }
      if count == 0 { return contents }
      contents += chunk
    }
    return nil
  }
}
