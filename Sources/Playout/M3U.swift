import FoundationEssentials
import Media

/// Lists of films in M3U form: a path or URL a line, `#EXTINF:seconds,title` before it if it has a title.
package enum M3U {
  /// A list with more bytes than this is no list of films.
  static let maximumSize = 1 << 20

  /// The items of the list at `path`; nil when that is no such list, or an HLS stream, which libavformat opens itself.
  static func entries(ofListAt path: String) -> [PlaylistItem]? {
    guard ["m3u", "m3u8"].contains(Playlist.fileExtension(of: path)),
      let stamp = FileStamp(path: path), stamp.size <= maximumSize,
      let data = FileManager.default.contents(atPath: path)
    else { return nil }
    let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? ""
    return entries(of: String(decoding: data, as: UTF8.self), in: folder)
  }

  /// - Parameter folder: where relative paths start, ending in "/", or empty.
  package static func entries(of text: String, in folder: String) -> [PlaylistItem]? {
    var items: [PlaylistItem] = []
    var title: String?
    for line in text.split(whereSeparator: \.isNewline) {
      let line = line.drop { $0 == "\u{FEFF}" || $0.isWhitespace }
      if line.hasPrefix("#EXT-X-") { return nil }
      if line.hasPrefix("#EXTINF:") {
        // Some programs write the URL there again.
        title = line.firstIndex(of: ",").map { PrintableLocation.redacting(String(line[line.index(after: $0)...])) }
      } else if !line.isEmpty, !line.hasPrefix("#") {
        let url = line.hasPrefix("/") || line.contains("://") ? String(line) : folder + line
        items.append(PlaylistItem(name: title.flatMap { $0.isEmpty ? nil : $0 } ?? Playlist.name(of: url), url: url))
        title = nil
      }
      if items.count >= Playlist.maximumCount { break }
    }
    return items
  }
}
