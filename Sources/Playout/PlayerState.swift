import Media

/// What a player is doing, at one moment.
public struct PlayerState: Hashable, Sendable {
  /// A playlist item that cannot be played, or not to its end, and why.
  public struct Skipped: Hashable, Sendable {
    public var item: PlaylistItem
    public var reason: String

    public init(item: PlaylistItem, reason: String) {
      self.item = item
      self.reason = reason
    }
  }

  /// How many frames went which way since the start.
  public struct Counters: Hashable, Sendable {
    public var decoded: UInt64 = 0
    /// Handed to those who are awake (or held ready, when nobody is).
    public var published: UInt64 = 0
    /// Decoded too late to be worth projecting.
    public var droppedLate: UInt64 = 0
    /// Left out because the source is faster than the frame rate asked for.
    public var droppedFast: UInt64 = 0
    public var decodeErrors: UInt64 = 0
    /// What reading and decoding took.
    public var decodeTime = MediaTime.zero
    /// How often playback gave up catching up and went on from where it was.
    public var reanchored: UInt64 = 0
    /// Commands that came faster than they could be carried out.
    public var droppedCommands: UInt64 = 0
  }

  /// The item that is on; nil for the test card, and before the first item.
  public var item: PlaylistItem?
  /// Its place in the playlist.
  public var index: Int?
  /// How many items the playlist has, those that cannot be played included.
  public var count = 0
  /// Where playback is in the item.
  public var position = MediaTime.zero
  /// nil when unknown or endless.
  public var duration: MediaTime?
  public var isPaused = false
  public var isTestCard = false
  /// Why the test card is on; nil while it is not.
  public var testCardReason: String?
  /// The playlist is not repeated and is over; the last frame is held.
  public var hasEnded = false
  /// The items that could not be played at the last try, or not to their end, at most `maximumSkipped`.
  public var skipped: [Skipped] = []
  /// What is taken from the picture, in words: "equirectangular 3840x1920 (assumed: …)".
  public var geometry = ""
  /// The same for programs; nil before the first item.
  public var shape: ShapeReport?
  /// "software", or the name of the hardware that decodes.
  public var decoder = ""
  /// Why software decodes where a device was to; nil otherwise.
  public var decoderReason: String?
  public var counters = Counters()
  /// Decoded frames that wait for their time.
  public var queued = 0

  public static let maximumSkipped = 100

  public init() {}
}

/// What a player tells as it happens. Called on threads of the player: return soon.
public enum PlayerEvent: Hashable, Sendable {
  /// The first frame of another item is on.
  case started(PlaylistItem, index: Int)
  /// An item cannot be played, or not to its end; the playlist goes on. Told again only when the reason changes.
  case skipped(PlaylistItem, reason: String)
  /// The built-in test card is on, because nothing else can be.
  case testCard(reason: String)
  /// Frames that something else decoded, or software for another reason, are on.
  case decoding(DecoderStatus)
  /// A playlist that is not repeated is over; its last frame is held.
  case ended
  /// Commands that have been carried out, and shown in the state; `sought` when the frame that was sought is on.
  case paused, resumed, sought
}

/// Where playback was when it ended.
public struct ResumePoint: Hashable, Sendable {
  /// The item's path or URL.
  public var url: MediaLocation
  /// Its place in the playlist, for when the item is gone: then the one in its place plays, from its beginning.
  public var index: Int
  public var position: MediaTime

  public init(url: MediaLocation, index: Int, position: MediaTime) {
    self.url = url
    self.index = index
    self.position = position
  }
}

/// How a player plays.
public struct PlayerConfiguration: Hashable, Sendable {
  public var sources: PlaylistSources
  /// Whether the first item follows the last.
  public var repeats: Bool
  /// Frames a second; faster sources are thinned out. Also the rate of the test card.
  public var maximumFramerate: Int
  /// The size of the test card's panorama.
  public var testCardSize: VideoSize
  /// How long a picture without motion is shown as an item of its own.
  public var stillDuration: MediaTime
  /// How often the sources are looked at again while nothing can be played.
  public var rescanInterval: MediaTime
  /// Threads of a decoder; nil: as many as the video needs, for each one more holds frames more in memory.
  public var decoderThreads: Int?

  public init(
    sources: PlaylistSources, repeats: Bool = true, maximumFramerate: Int = 30,
    testCardSize: VideoSize = VideoSize(width: 2560, height: 1280),
    stillDuration: MediaTime = MediaTime(seconds: 10), rescanInterval: MediaTime = MediaTime(seconds: 5),
    decoderThreads: Int? = nil
  ) {
    self.sources = sources
    self.repeats = repeats
    self.maximumFramerate = maximumFramerate
    self.testCardSize = testCardSize
    self.stillDuration = stillDuration
    self.rescanInterval = rescanInterval
    self.decoderThreads = decoderThreads
  }

  /// With sources that are all there, as the configuration names them.
  public init(
    sources: [MediaLocation], repeats: Bool = true, maximumFramerate: Int = 30,
    testCardSize: VideoSize = VideoSize(width: 2560, height: 1280), decoderThreads: Int? = nil
  ) {
    self.init(
      sources: PlaylistSources(names: sources), repeats: repeats, maximumFramerate: maximumFramerate,
      testCardSize: testCardSize, decoderThreads: decoderThreads)
  }
}
