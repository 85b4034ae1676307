import Media

/// What there is to play: configured sources, resolved into items.
///
/// A source is a file, a folder (its films and pictures and those of its folders, in natural order), a local `.m3u` or
/// `.m3u8` list, or a URL. What does not exist stays in the list, so that opening it says why it cannot be played.
public struct Playlist: Hashable, Sendable {
  public var items: [PlaylistItem]

  public init(items: [PlaylistItem]) { self.items = items }

  /// More items than this are left out.
  public static let maximumCount = 10_000

  /// Looks at the file system now.
  public init(_ sources: PlaylistSources) {
    var resolver = PlaylistResolver(sources)
    for source in sources.names where !sources.optional.contains(source) || FileKind(path: source) != nil {
      resolver.add(source)
    }
    items = resolver.items
  }

  /// Where `item` is now that was at `index`: there, or at the nearest place where it is, for an item may be in a list
  /// more than once; nil when it is gone.
  func place(of item: PlaylistItem, index: Int) -> Int? {
    if items.indices.contains(index), items[index].url == item.url { return index }
    return items.indices.filter { items[$0].url == item.url }.min { abs($0 - index) < abs($1 - index) }
  }
}
