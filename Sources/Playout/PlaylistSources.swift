import FFmpeg

/// Where items are looked for, and what they may open.
///
/// Who names an item decides what it may reach. What the configuration names may be any address, and a file anywhere. A
/// list is often on a stick that somebody brought: of files, it may name those in its own folder or below and those in
/// the folders of the configuration; of addresses, HTTP and RTSP, if the configuration names the list itself.
public struct PlaylistSources: Hashable, Sendable {
  /// Files, folders, `.m3u` lists and URLs.
  public var names: [String]
  /// Those of the names that need not be there, and are not missed.
  public var optional: Set<String>
  /// Those of the names whose server may have anybody's certificate.
  public var insecure: Set<String>
  public var formats: MediaFormats

  public init(
    names: [String], optional: Set<String> = [], insecure: Set<String> = [], formats: MediaFormats = .standard
  ) {
    self.names = names
    self.optional = optional
    self.insecure = insecure
    self.formats = formats
  }

  /// What an item may open that the configuration names itself.
  func access(to name: String) -> MediaAccess { MediaAccess(formats: formats, isInsecure: insecure.contains(name)) }

  /// What an item may open that is named by the list at `path`, which the configuration names itself.
  func access(fromListAt path: String) -> MediaAccess {
    MediaAccess(
      formats: formats, folders: [Self.folder(of: path)] + names.filter { !$0.contains("://") && $0 != path },
      schemes: MediaAccess.listSchemes, isInsecure: insecure.contains(path))
  }

  /// The folder of a file, ending in "/"; empty for a bare name.
  static func folder(of path: String) -> String { path.lastIndex(of: "/").map { String(path[...$0]) } ?? "" }
}
