/// The `moov` box of an MP4 or QuickTime file on disk.
enum MovieBox {
  /// A movie of many hours has an index of some ten megabytes.
  private static let maximumSize = 64 << 20
  /// A fragmented file has a box or two a second before and after its `moov`.
  private static let maximumBoxes = 10_000

  /// Its contents, without its own header; nil when there is none, it is too big or the file cannot be read.
  static func read(from file: FileBytes) -> [UInt8]? {
    var offset: Int64 = 0
    for _ in 0..<maximumBoxes {
      guard let header = file.read(16, offset) ?? file.read(8, offset) else { return nil }
      var size = bigEndian(header[0..<4])
      var headerSize: Int64 = 8
      if size == 1, header.count == 16 {
        size = bigEndian(header[8..<16])
        headerSize = 16
      } else if size == 0 {
        size = file.size - offset
      }
      guard size >= headerSize else { return nil }
      if header[4..<8].elementsEqual("moov".utf8) {
        guard size <= maximumSize else { return nil }
        return file.read(Int(size - headerSize), offset + headerSize)
      }
      let (next, overflow) = offset.addingReportingOverflow(size)
      guard !overflow else { return nil }
      offset = next
    }
    return nil
  }

  /// Of at most 8 bytes; negative when the top bit of 8 is set.
  private static func bigEndian(_ bytes: ArraySlice<UInt8>) -> Int64 {
    bytes.reduce(0) { $0 << 8 | Int64($1) }
  }
}
