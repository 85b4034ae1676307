import FoundationEssentials
import Media

/// One thing to play: a file, or a URL that libavformat opens.
public struct PlaylistItem: Hashable, Sendable {
  /// What people call it: the file's name, or the title in the list it came from.
  public var name: String
  /// A path or a URL, as libavformat takes it.
  public var url: String

  public init(name: String, url: String) {
    self.name = name
    self.url = url
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
  static let maximumDepth = 8

  /// Files of a folder that are played; anything may be named outright.
  static let extensions: Set<String> = [
    "mp4", "m4v", "mov", "mkv", "webm", "avi", "ts", "m2ts", "mts", "mpg", "mpeg", "ogv", "wmv", "flv", "insv", "360",
  ]

  /// Looks at the file system now.
  ///
  /// - Parameter optional: sources that are left out where they do not exist: a stick that is not plugged in.
  public init(sources: [String], optional: Set<String> = []) {
    items = []
    for source in sources where !optional.contains(source) || FileManager.default.fileExists(atPath: source) {
      append(source)
    }
    if items.count > Self.maximumCount { items.removeSubrange(Self.maximumCount...) }
  }

  private mutating func append(_ source: String) {
    if source.contains("://") {
      items.append(PlaylistItem(name: Self.name(of: source), url: source))
    } else if Self.isDirectory(source) {
      appendFolder(source, depth: 0)
    } else if let entries = M3U.entries(ofListAt: source) {
      items += entries
    } else {
      items.append(PlaylistItem(name: Self.name(of: source), url: source))
    }
  }

  private mutating func appendFolder(_ folder: String, depth: Int) {
    guard depth < Self.maximumDepth, items.count < Self.maximumCount,
      let names = try? FileManager.default.contentsOfDirectory(atPath: folder)
    else { return }
    for name in names.filter({ !$0.hasPrefix(".") }).sorted(by: NaturalOrder.precedes) {
      let path = folder.hasSuffix("/") ? folder + name : folder + "/" + name
      if Self.isDirectory(path) {
        appendFolder(path, depth: depth + 1)
      } else if Self.extensions.contains(Self.fileExtension(of: name)) {
        items.append(PlaylistItem(name: name, url: path))
      }
    }
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
