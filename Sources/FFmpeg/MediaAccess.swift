import Media

/// What an item may open, which depends on who named it.
public struct MediaAccess: Hashable, Sendable {
  /// The containers and codecs that are read.
  public var formats: MediaFormats
  /// A file has to lie in one of these or below, with every link followed; nil: anywhere.
  public var folders: [MediaLocation]?
  /// The schemes of the addresses that are opened, in lower case.
  public var schemes: Set<String>
  /// Whether a server's certificate may be anybody's.
  public var isInsecure: Bool

  /// What the configuration and the command line may name.
  public static let allSchemes: Set<String> = ["http", "https", "rtsp", "rtsps", "srt", "udp", "rtp"]
  /// What a list may name: addresses that a server answers at.
  public static let listSchemes: Set<String> = ["http", "https", "rtsp", "rtsps"]

  public init(
    formats: MediaFormats = .standard, folders: [MediaLocation]? = nil, schemes: Set<String> = Self.allSchemes,
    isInsecure: Bool = false
  ) {
    self.formats = formats
    self.folders = folders
    self.schemes = schemes
    self.isInsecure = isInsecure
  }

  /// Whether a file lies where it may.
  public func admits(_ file: RegularFile) -> Bool { folders?.contains(where: file.lies) != false }

  /// Whether a folder does.
  public func admits(folder: MediaLocation) -> Bool {
    folders?.contains { RegularFile.folder(folder, liesIn: $0) } != false
  }
}
