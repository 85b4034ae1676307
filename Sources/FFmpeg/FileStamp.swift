import Glibc
import Media

/// What tells whether a file is still the one that was looked at, with what it held then.
public struct FileStamp: Hashable, Sendable {
  private let device: UInt64
  private let inode: UInt64
  private let size: Int64
  /// Seconds and nanoseconds of the last change of its content, and of its content or its properties.
  private let modified: [Int]
  private let changed: [Int]

  init(_ status: stat) {
    device = UInt64(status.st_dev)
    inode = UInt64(status.st_ino)
    size = Int64(status.st_size)
    modified = [status.st_mtim.tv_sec, status.st_mtim.tv_nsec]
    changed = [status.st_ctim.tv_sec, status.st_ctim.tv_nsec]
  }

  /// nil when there is no such file.
  public init?(path: MediaLocation) {
    var status = stat()
    guard let path = path.systemPath, stat(path, &status) == 0 else { return nil }
    self.init(status)
  }
}
