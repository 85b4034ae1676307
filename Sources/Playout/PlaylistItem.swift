import FFmpeg
import Media

/// One thing to play: a file, or a URL that libavformat opens.
public struct PlaylistItem: Hashable, Sendable {
  /// What people call it: the file's name, or the title in the list it came from.
  public var name: String
  /// A path or a URL, as libavformat takes it.
  public var url: MediaLocation
  /// What it may open, which depends on who named it.
  public var access: MediaAccess
  /// The part of it that is played.
  public var part: Part
  /// What is said of its picture's shape, whatever it says itself.
  public var shape: ShapeOverride

  /// From a position to another; nil: from its beginning, to its end.
  public struct Part: Hashable, Sendable {
    public var start: MediaTime?
    public var stop: MediaTime?

    public init(start: MediaTime? = nil, stop: MediaTime? = nil) {
      self.start = start
      self.stop = stop
    }
  }

  public init(
    name: String, url: MediaLocation, access: MediaAccess = MediaAccess(), part: Part = Part(),
    shape: ShapeOverride = .none
  ) {
    self.name = name
    self.url = url
    self.access = access
    self.part = part
    self.shape = shape
  }

  /// By the last part of its path or URL.
  init(_ url: MediaLocation, access: MediaAccess = MediaAccess(), shape: ShapeOverride = .none) {
    self.init(name: PrintableLocation(url).name, url: url, access: access, shape: shape)
  }

  /// Where it is, as it may be shown.
  public var location: PrintableLocation { PrintableLocation(url) }
}

extension PlaylistItem: CustomStringConvertible {
  public var description: String { "\(name) (\(location))" }
}
