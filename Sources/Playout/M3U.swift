import FFmpeg
import FoundationEssentials
import Media

/// Lists of films in M3U form: a path or URL a line, `#EXTINF:seconds,title` before it if it has a title.
package enum M3U {
  /// A list with more bytes than this is no list of films.
  static let maximumSize = 1 << 20

  /// The items of the list at `path`; nil when that is no such list, or an HLS stream, which libavformat opens itself.
  ///
  /// - Parameter access: what the items may open.
  static func entries(ofListAt path: String, access: MediaAccess) -> [PlaylistItem]? {
    guard ["m3u", "m3u8"].contains(Playlist.fileExtension(of: path)),
      let bytes = (try? RegularFile(path: path))?.contents(limit: maximumSize)
    else { return nil }
    return entries(of: String(decoding: bytes, as: UTF8.self), in: PlaylistSources.folder(of: path), access: access)
  }

  /// - Parameter folder: where relative paths start, ending in "/", or empty.
  package static func entries(
    of text: String, in folder: String, access: MediaAccess = MediaAccess()
  ) -> [PlaylistItem]? {
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
        let name = title.flatMap { $0.isEmpty ? nil : $0 } ?? Playlist.name(of: url)
        items.append(PlaylistItem(name: name, url: url, access: access))
        title = nil
      }
      if items.count >= Playlist.maximumCount { break }
    }
    return items
  }
}
