/// What an item may open, which depends on who named it.
public struct MediaAccess: Hashable, Sendable {
  /// The containers and codecs that are read.
  public var formats: MediaFormats
  /// A file has to lie in one of these or below, with every link followed; nil: anywhere.
  public var folders: [String]?
  /// The schemes of the addresses that are opened, in lower case.
  public var schemes: Set<String>
  /// Whether a server's certificate may be anybody's.
  public var isInsecure: Bool

  /// What the configuration and the command line may name.
  public static let allSchemes: Set<String> = ["http", "https", "rtsp", "rtsps", "srt", "udp", "rtp"]
  /// What a list may name: addresses that a server answers at.
  public static let listSchemes: Set<String> = ["http", "https", "rtsp", "rtsps"]

  public init(
    formats: MediaFormats = .standard, folders: [String]? = nil, schemes: Set<String> = Self.allSchemes,
    isInsecure: Bool = false
  ) {
    self.formats = formats
    self.folders = folders
    self.schemes = schemes
    self.isInsecure = isInsecure
  }
}

/// A path, or an address with its scheme.
enum MediaLocation {
  case file(RegularFile)
  case address(String, scheme: String)

  /// Opens a file; of an address it only decides whether it may be opened.
  init(_ url: String, access: MediaAccess) throws(MediaError) {
    guard let scheme = Self.scheme(of: url), scheme != "file" else {
      let file = try RegularFile(path: Self.path(of: url))
      if let folders = access.folders, !folders.contains(where: file.lies) { throw .outside }
      self = .file(file)
      return
    }
    guard access.schemes.contains(scheme) else { throw .refusedAddress(scheme: scheme) }
    self = .address(url, scheme: scheme)
  }

  /// In lower case; nil for a path. What libav takes for more ("concat:", "subfile,,") is none.
  static func scheme(of url: String) -> String? {
    guard let end = url.firstRange(of: "://")?.lowerBound, let first = url.utf8.first, isLetter(first),
      url[..<end].utf8.allSatisfy({ isLetter($0) || (48...57).contains($0) || [0x2B, 0x2D, 0x2E].contains($0) })
    else { return nil }
    return url[..<end].lowercased()
  }

  /// Without "file:" and "file://".
  static func path(of url: String) -> String {
    guard url.prefix(7).lowercased() == "file://" else { return url }
    return String(url.dropFirst(7))
  }

  private static func isLetter(_ byte: UInt8) -> Bool { (65...90).contains(byte) || (97...122).contains(byte) }
}
