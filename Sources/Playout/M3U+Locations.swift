import Media

extension M3U.Entry {
  /// What the line means: the first of its readings that names something, or else what stands there.
  ///
  /// - Parameters:
  ///   - folder: where relative paths start.
  ///   - exists: whether a path leads anywhere.
  package func location(in folder: MediaLocation, exists: (MediaLocation) -> Bool) -> MediaLocation {
    let trimmed = Array(M3U.trimmed(line[...]))
    if let address = Self.address(trimmed) { return address }
    let paths = readings.flatMap { Self.paths($0, in: folder) }
    return paths.first(where: exists) ?? Self.paths(trimmed, in: folder)[0]
  }

  /// nil for a path, also in the form of a "file" address.
  private static func address(_ line: [UInt8]) -> MediaLocation? {
    let location = MediaLocation(bytes: line)
    return location.isAddress && !isFile(line) ? location : nil
  }

  private static func isFile(_ line: [UInt8]) -> Bool {
    String(decoding: line.prefix(5), as: UTF8.self).lowercased() == "file:"
  }

  /// As it stands, trimmed, with "/" for "\\", percent-decoded, and all of these in the other encoding.
  package var readings: [[UInt8]] {
    let trimmed = Array(M3U.trimmed(line[...]))
    var readings = [line]
    for text in [trimmed, Self.inTheOtherEncoding(trimmed)].compactMap(\.self) {
      let slashed = Self.withSlashes(text)
      readings += [text, slashed]
      let decoded = [text, slashed].compactMap { PercentEncoding.decode($0) }
      // What is behind the percent signs may be in the other encoding, too.
      readings += decoded + decoded.compactMap { Self.inTheOtherEncoding($0) }
    }
    return readings
  }

  /// What is no UTF-8 is taken for Windows-1252, and what is, may name a file that Windows named in that.
  private static func inTheOtherEncoding(_ bytes: [UInt8]) -> [UInt8]? {
    guard bytes.contains(where: { $0 >= 0x80 }) else { return nil }
    guard let text = String(validating: bytes, as: UTF8.self) else { return Array(Windows1252.decode(bytes).utf8) }
    return Windows1252.encode(text)
  }

  private static func withSlashes(_ bytes: [UInt8]) -> [UInt8] {
    bytes.map { $0 == UInt8(ascii: "\\") ? UInt8(ascii: "/") : $0 }
  }

  /// Where a line may lead: one place, but of one with a Windows drive, which is none here, a place in the list's folder
  /// and in each above it, for a stick has its lists and its films on one drive.
  private static func paths(_ line: [UInt8], in folder: MediaLocation) -> [MediaLocation] {
    var path = line[...]
    if isFile(line) {
      // file:///path, file://localhost/path and file:/path (RFC 8089).
      path = path.dropFirst(5)
      if path.starts(with: "//".utf8) { path = path.dropFirst(2).drop { $0 != UInt8(ascii: "/") } }
    }
    if let rest = behindDrive(path) { return folders(from: folder).map { MediaLocation(bytes: $0.bytes + rest) } }
    if path.first == UInt8(ascii: "/") { return [MediaLocation(bytes: path)] }
    return [MediaLocation(bytes: folder.bytes + path)]
  }

  /// "C:/a/b" and "/C:/a/b" without the drive; nil for a path without one.
  private static func behindDrive(_ path: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
    let path = path.first == UInt8(ascii: "/") ? path.dropFirst() : path
    let drive = Array(path.prefix(3))
    guard drive.count == 3, drive[1] == UInt8(ascii: ":"), drive[2] == UInt8(ascii: "/") else { return nil }
    return path.dropFirst(3)
  }

  /// A folder, and those above it.
  private static func folders(from folder: MediaLocation) -> [MediaLocation] {
    var folders = [folder]
    while let last = folders.last, folders.count < 16, last.bytes.count > 1 {
      folders.append(MediaLocation(bytes: last.bytes.dropLast()).folder)
    }
    return folders
  }
}
