import Glibc

/// The films of a folder and of the folders in it, in natural order.
///
/// A folder is looked into once, whatever links lead to it, and so many entries are looked at in all: a stick can hold
/// links in a ring, and millions of names.
struct FolderWalk {
  /// More entries than this, of all folders together, are not looked at.
  static let maximumEntries = 20_000
  static let maximumDepth = 8

  private struct Identity: Hashable {
    var device: UInt
    var inode: UInt
  }

  /// Paths, in order.
  private(set) var films: [String] = []
  private let extensions: Set<String>
  private let limit: Int
  private var entries = 0
  private var visited: Set<Identity> = []

  /// - Parameters:
  ///   - extensions: those of the names of films, in lower case.
  ///   - limit: how many films are wanted at most.
  init(_ folder: String, extensions: Set<String>, limit: Int) {
    self.extensions = extensions
    self.limit = limit
    visit(folder, depth: 0)
  }

  private mutating func visit(_ folder: String, depth: Int) {
    guard depth < Self.maximumDepth, films.count < limit, let names = names(in: folder) else { return }
    for name in names.sorted(by: NaturalOrder.precedes) {
      guard films.count < limit else { return }
      let path = folder.hasSuffix("/") ? folder + name : folder + "/" + name
      var status = stat()
      if unsafe stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR {
        visit(path, depth: depth + 1)
      } else if extensions.contains(Playlist.fileExtension(of: name)) {
        // What is no file says so when it is opened.
        films.append(path)
      }
    }
  }

  /// Those that are not hidden; nil when the folder cannot be read, or has been.
  private mutating func names(in folder: String) -> [String]? {
    let descriptor = unsafe open(folder, O_RDONLY | O_DIRECTORY | O_NONBLOCK | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0,
      visited.insert(Identity(device: UInt(status.st_dev), inode: UInt(status.st_ino))).inserted,
      let stream = unsafe fdopendir(descriptor)
    else {
      close(descriptor)
      return nil
    }
    defer { unsafe closedir(stream) }
    var names: [String] = []
    while entries < Self.maximumEntries, let entry = unsafe readdir(stream) {
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) {
        unsafe $0.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
      }
      guard name != ".", name != ".." else { continue }
      entries += 1
      if !name.hasPrefix(".") { names.append(name) }
    }
    return names
  }
}
