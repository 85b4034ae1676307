import Glibc
import Media

/// What a path leads to, links followed.
enum FileKind {
  case folder
  case other

  /// nil when it leads nowhere.
  init?(path: MediaLocation) {
    var status = stat()
    guard let path = path.systemPath, unsafe stat(path, &status) == 0 else { return nil }
    self = status.st_mode & S_IFMT == S_IFDIR ? .folder : .other
  }
}
