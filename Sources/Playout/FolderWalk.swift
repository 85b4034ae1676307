import Glibc
import Media

/// The films and pictures of a folder and of the folders in it, in natural order.
///
/// A folder is looked into once, whatever links lead to it, and so many entries are looked at in all: a stick can hold
/// links in a ring, and millions of names.
struct FolderWalk {
  /// More entries than this, of all folders together, are not looked at.
  static let maximumEntries = 20_000
  static let maximumDepth = 8

  /// What is played of a folder; anything may be named outright.
  static let extensions: Set<String> = [
    "mp4", "m4v", "mov", "mkv", "webm", "avi", "ts", "m2ts", "mts", "mpg", "mpeg", "vob", "ogv", "wmv", "flv", "insv",
    "insp", "360", "jpg", "jpeg", "png", "webp", "avif",
  ]

  /// Where systems keep what was thrown away or what they found out, in lower case; hidden ones are passed over anyway.
  static let housekeeping: Set<String> = [
    "$recycle.bin", "recycler", "recycled", "system volume information", "lost+found", "@eadir", "#recycle",
    "@recycle", "@recently-snapshot", "#snapshot",
  ]

  private struct Identity: Hashable {
    var device: UInt
    var inode: UInt

    init(_ status: stat) {
      device = UInt(status.st_dev)
      inode = UInt(status.st_ino)
    }
  }

  /// In order.
  private(set) var films: [MediaLocation] = []
  private let limit: Int
  private var entries = 0
  private var visited: Set<Identity> = []

  /// - Parameter limit: how many are wanted at most.
  init(_ folder: MediaLocation, limit: Int) {
    self.limit = limit
    visit(folder, depth: 0)
  }

  private mutating func visit(_ folder: MediaLocation, depth: Int) {
    guard depth < Self.maximumDepth, films.count < limit, let names = names(in: folder) else { return }
    for name in NaturalOrder.sorted(names) {
      guard films.count < limit else { return }
      let path = folder.appending(name)
      if FileKind(path: path) == .folder {
        if !Self.housekeeping.contains(MediaLocation(bytes: name).text.lowercased()) { visit(path, depth: depth + 1) }
      } else if Self.extensions.contains(path.fileExtension) {
        // What is no file says so when it is opened.
        films.append(path)
      }
    }
  }

  /// Those that are not hidden; nil when the folder cannot be read, or has been.
  private mutating func names(in folder: MediaLocation) -> [[UInt8]]? {
    guard let path = folder.systemPath else { return nil }
    let descriptor = unsafe open(path, O_RDONLY | O_DIRECTORY | O_NONBLOCK | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0,
      visited.insert(Identity(status)).inserted,
      let stream = unsafe fdopendir(descriptor)
    else {
      close(descriptor)
      return nil
    }
    defer { unsafe closedir(stream) }
    var names: [[UInt8]] = []
    while entries < Self.maximumEntries, let entry = unsafe readdir(stream) {
      let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { unsafe Array($0.prefix { $0 != 0 }) }
      guard name != [UInt8(ascii: ".")], name != Array("..".utf8) else { continue }
      entries += 1
      if name.first != UInt8(ascii: ".") { names.append(name) }
    }
    return names
  }
}
