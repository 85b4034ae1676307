import FFmpeg
import FoundationEssentials
import Media

/// One thing to play: a file, or a URL that libavformat opens.
public struct PlaylistItem: Hashable, Sendable {
  /// What people call it: the file's name, or the title in the list it came from.
  public var name: String
  /// A path or a URL, as libavformat takes it.
  public var url: String
  /// What it may open, which depends on who named it.
  public var access: MediaAccess

  public init(name: String, url: String, access: MediaAccess = MediaAccess()) {
    self.name = name
    self.url = url
    self.access = access
  }

  /// Where it is, as it may be shown.
  public var location: PrintableLocation { PrintableLocation(url) }
}

extension PlaylistItem: CustomStringConvertible {
  public var description: String { "\(name) (\(location))" }
}

/// What there is to play: configured sources, resolved into items.
///
/// A source is a file, a folder (its films and those of its folders, in natural order), a local `.m3u` or `.m3u8` list,
/// or a URL. What does not exist stays in the list, so that opening it says why it cannot be played.
public struct Playlist: Hashable, Sendable {
  public var items: [PlaylistItem]

  public init(items: [PlaylistItem]) { self.items = items }

  /// More items than this are left out.
  public static let maximumCount = 10_000

  /// Files of a folder that are played; anything may be named outright.
  static let extensions: Set<String> = [
    "mp4", "m4v", "mov", "mkv", "webm", "avi", "ts", "m2ts", "mts", "mpg", "mpeg", "ogv", "wmv", "flv", "insv", "360",
  ]

  /// Looks at the file system now.
  public init(_ sources: PlaylistSources) {
    items = []
    for source in sources.names
    where !sources.optional.contains(source) || FileManager.default.fileExists(atPath: source) {
      append(source, of: sources)
      if items.count > Self.maximumCount { break }
    }
    if items.count > Self.maximumCount { items.removeSubrange(Self.maximumCount...) }
  }

  private mutating func append(_ source: String, of sources: PlaylistSources) {
    if !source.contains("://") {
      if Self.isDirectory(source) {
        let films = FolderWalk(source, extensions: Self.extensions, limit: Self.maximumCount - items.count).films
        let access = sources.access(to: source)
        items += films.map { PlaylistItem(name: Self.name(of: $0), url: $0, access: access) }
        return
      }
      if let entries = M3U.entries(ofListAt: source, access: sources.access(fromListAt: source)) {
        items += entries
        return
      }
    }
    items.append(PlaylistItem(name: Self.name(of: source), url: source, access: sources.access(to: source)))
  }

  private static func isDirectory(_ path: String) -> Bool {
    var isDirectory = false
    return FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) && isDirectory
  }

  static func fileExtension(of name: String) -> String {
    guard let dot = name.lastIndex(of: ".") else { return "" }
    return name[name.index(after: dot)...].lowercased()
  }

  /// The last part of a path or a URL, without a URL's secrets.
  static func name(of url: String) -> String { PrintableLocation(url).name }
}
