import FFmpeg
import Media

/// Where items are looked for, and what they may open.
///
/// Who names an item decides what it may reach. What the configuration names may be any address, and a file anywhere. A
/// list is often on a stick that somebody brought: of files, it may name those in its own folder or below and those in
/// the folders of the configuration; of addresses, HTTP and RTSP, if the configuration names the list itself.
public struct PlaylistSources: Hashable, Sendable {
  /// Files, folders, `.m3u` lists and URLs.
  public var names: [MediaLocation]
  /// Those of the names that need not be there, and are not missed.
  public var optional: Set<MediaLocation>
  /// Those of the names whose server may have anybody's certificate.
  public var insecure: Set<MediaLocation>
  public var formats: MediaFormats
  /// What is said of every picture's shape.
  public var shape: ShapeOverride

  public init(
    names: [MediaLocation], optional: Set<MediaLocation> = [], insecure: Set<MediaLocation> = [],
    formats: MediaFormats = .standard, shape: ShapeOverride = .none
  ) {
    self.shape = shape
    self.names = names
    self.optional = optional
    self.insecure = insecure
    self.formats = formats
  }

  /// What an item may open that the configuration names itself.
  func access(to name: MediaLocation) -> MediaAccess {
    MediaAccess(formats: formats, isInsecure: insecure.contains(name))
  }

  /// What an item may open that is named by the list at `path`, which the configuration names itself, or by a list in it.
  func access(fromListAt path: MediaLocation) -> MediaAccess {
    MediaAccess(
      formats: formats, folders: [path.folder] + names.filter { !$0.isAddress && $0 != path },
      schemes: MediaAccess.listSchemes, isInsecure: insecure.contains(path))
  }
}
