import FFmpeg
import Media

/// Makes items of sources: walks folders, reads lists, and lists and folders that are named by lists.
struct PlaylistResolver {
  /// A list in a list in a list, and no further.
  static let maximumDepth = 8
  /// Lines of all lists together: one that names itself ten times eight deep would have a hundred million.
  static let maximumLines = 20_000

  private(set) var items: [PlaylistItem] = []
  private let sources: PlaylistSources
  private var lines = 0
  /// The lists that are being read, each named by the one before.
  private var lists: [FileStamp] = []

  init(_ sources: PlaylistSources) { self.sources = sources }

  /// What the configuration names.
  mutating func add(_ source: MediaLocation) {
    add(
      PlaylistItem(source, access: sources.access(to: source), shape: sources.shape),
      inList: sources.access(fromListAt: source))
  }

  /// - Parameter access: what items of a list may open, if this is one.
  private mutating func add(_ item: PlaylistItem, inList access: MediaAccess) {
    guard items.count < Playlist.maximumCount else { return }
    if !item.url.isAddress {
      if FileKind(path: item.url) == .folder, item.access.admits(folder: item.url) {
        items += FolderWalk(item.url, limit: Playlist.maximumCount - items.count).films
          .map { PlaylistItem($0, access: item.access, shape: item.shape) }
        return
      }
      if M3U.extensions.contains(item.url.fileExtension), add(list: item, inList: access) { return }
    }
    items.append(item)
  }

  /// False when it is no list of films, but perhaps a film that is called one: an HLS stream, which libavformat opens.
  private mutating func add(list: PlaylistItem, inList inner: MediaAccess) -> Bool {
    guard lists.count < Self.maximumDepth, let file = try? RegularFile(path: list.url), list.access.admits(file),
      let bytes = file.contents(limit: M3U.maximumSize),
      let entries = M3U.entries(of: bytes)
    else { return false }
    // One that names itself adds nothing.
    guard !lists.contains(file.stamp) else { return true }
    lists.append(file.stamp)
    defer { lists.removeLast() }
    for entry in entries where lines < Self.maximumLines && items.count < Playlist.maximumCount {
      lines += 1
      let url = entry.location(in: list.url.folder) { FileKind(path: $0) != nil }
      var item = PlaylistItem(url, access: inner)
      if let title = entry.title { item.name = title }
      item.part = entry.part
      item.shape = entry.shape.over(list.shape)
      add(item, inList: inner)
    }
    return true
  }
}
