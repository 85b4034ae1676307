import Media

/// Lists of films in M3U form: a path or URL a line, before it `#EXTINF:seconds attributes,title` if it has a title, and
/// `#EXTVLCOPT:start-time=seconds` and `stop-time` if a part of it is meant, as VLC writes them, and
/// `#CUPOLA:projection=eac,stereo=mono` if its picture's shape is not what it says.
///
/// There is no standard; every program writes what its system calls a path.
package enum M3U {
  static let extensions: Set<String> = ["m3u", "m3u8"]
  /// A list with more bytes than this is no list of films.
  static let maximumSize = 1 << 20

  /// A line that names something, with what was said of it before.
  package struct Entry: Hashable, Sendable {
    /// As it stands there.
    package var line: [UInt8]
    package var title: String?
    package var part = PlaylistItem.Part()
    package var shape = ShapeOverride.none
  }

  /// nil when it is an HLS stream, which libavformat opens itself.
  package static func entries(of bytes: [UInt8]) -> [Entry]? {
    let bytes = utf8(bytes)
    var entries: [Entry] = []
    var next = Entry(line: [])
    for line in bytes.split(whereSeparator: { $0 == 10 || $0 == 13 }) {
      let text = trimmed(line)
      if text.starts(with: "#EXT-X-".utf8) { return nil }
      if text.starts(with: "#EXTINF:".utf8) {
        next.title = title(MediaLocation(bytes: text.dropFirst(8)).text)
      } else if text.starts(with: "#EXTVLCOPT:".utf8) {
        option(String(decoding: text.dropFirst(11), as: UTF8.self), of: &next)
      } else if text.starts(with: "#CUPOLA:".utf8) {
        shape(String(decoding: text.dropFirst(8), as: UTF8.self), of: &next)
      } else if !text.isEmpty, text.first != UInt8(ascii: "#") {
        next.line = Array(line)
        entries.append(next)
        next = Entry(line: [])
      }
      if entries.count >= Playlist.maximumCount { break }
    }
    return entries
  }

  /// Behind the first comma that is not in quotes; nil for none. Some programs write the URL there again.
  private static func title(_ text: String) -> String? {
    var isQuoted = false
    let comma = text.firstIndex { character in
      if character == "\"" { isQuoted.toggle() }
      return character == "," && !isQuoted
    }
    // A quote that never ends quotes nothing.
    guard let comma = comma ?? text.firstIndex(of: ",") else { return nil }
    let title = trimmed(Array(text[text.index(after: comma)...].utf8)[...])
    return title.isEmpty ? nil : PrintableLocation.redacting(String(decoding: title, as: UTF8.self))
  }

  private static func option(_ text: String, of entry: inout Entry) {
    let parts = text.split(separator: "=", maxSplits: 1).map {
      String(decoding: trimmed(Array($0.utf8)[...]), as: UTF8.self)
    }
    guard parts.count == 2, let seconds = Double(parts[1]), (0...1e7).contains(seconds) else { return }
    switch parts[0].lowercased() {
    case "start-time": entry.part.start = seconds > 0 ? MediaTime(seconds: seconds) : nil
    case "stop-time": entry.part.stop = seconds > 0 ? MediaTime(seconds: seconds) : nil
    default: break
    }
  }

  /// Words that say nothing are passed over, as in any comment.
  private static func shape(_ text: String, of entry: inout Entry) {
    for word in text.split(separator: ",") {
      let parts = word.split(separator: "=", maxSplits: 1).map {
        String(decoding: trimmed(Array($0.utf8)[...]), as: UTF8.self)
      }
      if parts.count == 2 { try? entry.shape.set(parts[0], parts[1]) }
    }
  }

  /// Without blanks around it.
  static func trimmed(_ line: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    let isBlank: (UInt8) -> Bool = { $0 <= UInt8(ascii: " ") }
    let end = line.lastIndex { !isBlank($0) }.map { $0 + 1 } ?? line.startIndex
    return line[..<end].drop(while: isBlank)
  }

  /// Without a mark at its beginning, and of UTF-16 what it says; else as it is, for it may be in any encoding.
  private static func utf8(_ bytes: [UInt8]) -> [UInt8] {
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { return Array(bytes.dropFirst(3)) }
    let isMarked = bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF])
    // Without a mark, its zeros show where the high bytes of the first characters are.
    let zeros = bytes.prefix(2).map { $0 == 0 }
    guard isMarked || (zeros.count == 2 && zeros[0] != zeros[1]) else { return bytes }
    let isBigEndian = isMarked ? bytes[0] == 0xFE : zeros[0]
    let units = stride(from: isMarked ? 2 : 0, to: bytes.count - 1, by: 2).map { index in
      let (high, low) = isBigEndian ? (bytes[index], bytes[index + 1]) : (bytes[index + 1], bytes[index])
      return UInt16(high) << 8 | UInt16(low)
    }
    return Array(String(decoding: units, as: UTF16.self).utf8)
  }
}
