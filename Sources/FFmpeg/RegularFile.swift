import CFFmpeg
import Glibc

/// A regular file, open for reading: looked at and read by one descriptor, so that it is the same file whatever becomes
/// of its name meanwhile.
///
/// Sendable: nothing changes but the file itself, and every read says where it begins.
public final class RegularFile: Sendable {
  /// The name that it was opened by.
  public let path: String
  let descriptor: Int32

  /// Opens it without waiting for anybody: a pipe has no writer to wait for, and a device is closed again at once.
  public init(path: String) throws(MediaError) {
    // A NUL would end the name early, and another file would be opened than the one that was named.
    guard !path.utf8.contains(0) else { throw .notThere }
    let descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY)
    guard descriptor >= 0 else {
      switch errno {
      case ENOENT, ENOTDIR: throw .notThere
      // A socket, or a device without a driver.
      case ENXIO, ENODEV: throw .notRegularFile
      default: throw .cannotOpen(LibAVError(code: cffmpeg_error(errno), operation: "open"))
      }
    }
    self.path = path
    self.descriptor = descriptor
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
      throw .cannotOpen(LibAVError(code: cffmpeg_error(errno), operation: "open"))
    }
    switch status.st_mode & S_IFMT {
    case S_IFREG: break
    case S_IFDIR: throw .isFolder
    default: throw .notRegularFile
    }
  }

  deinit { close(descriptor) }

  /// How long it is now, in bytes.
  public var size: Int64 {
    var status = stat()
    return fstat(descriptor, &status) == 0 ? max(0, Int64(status.st_size)) : 0
  }

  /// Reads into `buffer` from `offset` on; how many bytes, 0 at the end, or a negative errno.
  func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int64) -> Int {
    guard offset >= 0 else { return -Int(EINVAL) }
    while true {
      let count = pread(descriptor, buffer.baseAddress, buffer.count, off_t(offset))
      if count >= 0 { return count }
      guard errno == EINTR else { return -Int(errno) }
    }
  }

  /// Exactly `count` bytes, or nil.
  public func read(_ count: Int, at offset: Int64) -> [UInt8]? {
    guard count >= 0, offset >= 0, offset <= size - Int64(count) else { return nil }
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      while filled < count {
        let rest = UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(buffer)[filled...])
        let got = read(into: rest, at: offset + Int64(filled))
        if got <= 0 { break }
        filled += got
      }
    }
    return bytes.count == count ? bytes : nil
  }

  /// All of it; nil when it is longer than `limit` or cannot be read.
  public func contents(limit: Int) -> [UInt8]? {
    let size = size
    return size <= Int64(limit) ? read(Int(size), at: 0) : nil
  }

  /// Where it lies, with every link followed; nil when its name is gone, or nobody can tell.
  public var place: String? { Self.place(of: descriptor) }

  /// Whether it is `folder`, or lies in it or below it, links followed.
  public func lies(in folder: String) -> Bool {
    guard let place else { return false }
    guard let resolved = realpath(folder.isEmpty ? "." : folder, nil) else { return false }
    defer { free(resolved) }
    let root = String(cString: resolved)
    return place == root || place.hasPrefix(root.hasSuffix("/") ? root : root + "/")
  }

  private static func place(of descriptor: Int32) -> String? {
    // A file without a name is shown by the last one that it had.
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_nlink > 0 else { return nil }
    var bytes = [UInt8](repeating: 0, count: Int(PATH_MAX))
    let count = bytes.withUnsafeMutableBytes {
      readlink("/proc/self/fd/\(descriptor)", $0.baseAddress!.assumingMemoryBound(to: CChar.self), $0.count)
    }
    guard count > 0, count < bytes.count, bytes[0] == UInt8(ascii: "/") else { return nil }
    return String(decoding: bytes[..<count], as: UTF8.self)
  }
}
