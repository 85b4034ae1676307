import CFFmpeg
import Glibc
import Media

/// A regular file, open for reading: looked at and read by one descriptor, so that it is the same file whatever becomes
/// of its name meanwhile.
///
/// Sendable: nothing changes but the file itself, and every read says where it begins.
public final class RegularFile: Sendable {
  /// The name that it was opened by.
  public let path: MediaLocation
  let descriptor: Int32
  /// What tells its content from what it had before and will have later, as it was when it was opened.
  public let stamp: FileStamp

  /// Opens it without waiting for anybody: a pipe has no writer to wait for, and a device is closed again at once.
  public init(path: MediaLocation) throws(MediaError) {
    guard let systemPath = path.systemPath else { throw .notThere }
    let descriptor = open(systemPath, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY)
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
      let code = cffmpeg_error(errno)
      close(descriptor)
      throw .cannotOpen(LibAVError(code: code, operation: "open"))
    }
    stamp = FileStamp(status)
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
  public var place: MediaLocation? { Self.place(of: descriptor) }

  /// Whether it is `folder`, or lies in it or below it, links followed.
  public func lies(in folder: MediaLocation) -> Bool {
    guard let place, let root = Self.resolved(folder) else { return false }
    return Self.isPlace(place, in: root)
  }

  /// The same of a folder.
  static func folder(_ folder: MediaLocation, liesIn other: MediaLocation) -> Bool {
    guard let place = resolved(folder), let root = resolved(other) else { return false }
    return isPlace(place, in: root)
  }

  private static func isPlace(_ place: MediaLocation, in root: MediaLocation) -> Bool {
    place == root || place.bytes.starts(with: root.appending([]).bytes)
  }

  /// Where a folder lies; the present one where it has no name.
  private static func resolved(_ folder: MediaLocation) -> MediaLocation? {
    guard let path = folder.bytes.isEmpty ? [CChar(bitPattern: UInt8(ascii: ".")), 0] : folder.systemPath,
      let resolved = realpath(path, nil)
    else { return nil }
    defer { free(resolved) }
    return MediaLocation(cString: resolved)
  }

  private static func place(of descriptor: Int32) -> MediaLocation? {
    // A file without a name is shown by the last one that it had.
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_nlink > 0 else { return nil }
    var bytes = [UInt8](repeating: 0, count: Int(PATH_MAX))
    let count = bytes.withUnsafeMutableBytes {
      readlink("/proc/self/fd/\(descriptor)", $0.baseAddress!.assumingMemoryBound(to: CChar.self), $0.count)
    }
    guard count > 0, count < bytes.count, bytes[0] == UInt8(ascii: "/") else { return nil }
    return MediaLocation(bytes: bytes[..<count])
  }
}

extension MediaLocation {
  /// What C holds, up to its NUL.
  init(cString: UnsafePointer<CChar>) {
    self.init(bytes: UnsafeRawBufferPointer(start: cString, count: strlen(cString)))
  }
}
