import Glibc

/// The `moov` box of an MP4 or QuickTime file on disk.
enum MovieBox {
  /// A movie of many hours has an index of some ten megabytes.
  private static let maximumSize = 64 << 20
  /// A fragmented file has a box or two a second before and after its `moov`.
  private static let maximumBoxes = 10_000

  /// Its contents, without its own header; nil when there is none, it is too big or the file cannot be read.
  static func read(from path: String) -> [UInt8]? {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return nil }
    defer { close(file) }
    var offset: Int64 = 0
    for _ in 0..<maximumBoxes {
      guard let header = read(16, at: offset, of: file) ?? read(8, at: offset, of: file) else { return nil }
      var size = bigEndian(header[0..<4])
      var headerSize: Int64 = 8
      if size == 1, header.count == 16 {
        size = bigEndian(header[8..<16])
        headerSize = 16
      } else if size == 0 {
        size = Int64(lseek(file, 0, SEEK_END)) - offset
      }
      guard size >= headerSize else { return nil }
      if header[4..<8].elementsEqual("moov".utf8) {
        guard size <= maximumSize else { return nil }
        return read(Int(size - headerSize), at: offset + headerSize, of: file)
      }
      let (next, overflow) = offset.addingReportingOverflow(size)
      guard !overflow else { return nil }
      offset = next
    }
    return nil
  }

  /// Exactly `count` bytes, or nil.
  private static func read(_ count: Int, at offset: Int64, of file: Int32) -> [UInt8]? {
    var length = stat()
    guard fstat(file, &length) == 0, offset <= Int64(length.st_size) - Int64(count) else { return nil }
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      while filled < count {
        let got = pread(file, buffer.baseAddress! + filled, count - filled, off_t(offset) + off_t(filled))
        if got <= 0 { break }
        filled += got
      }
    }
    return bytes.count == count ? bytes : nil
  }

  /// Of at most 8 bytes; negative when the top bit of 8 is set.
  private static func bigEndian(_ bytes: ArraySlice<UInt8>) -> Int64 {
    bytes.reduce(0) { $0 << 8 | Int64($1) }
  }
}
