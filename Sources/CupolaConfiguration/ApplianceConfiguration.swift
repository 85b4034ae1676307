import Media
import Programme
import SansIO

/// Everything that `cupola.yaml` can say, with a default for each key.
public struct ApplianceConfiguration: Hashable, Sendable {
  public struct Server: Hashable, Sendable {
    /// Where pages, API and WebSocket are served.
    public var http = Endpoint(host: "0.0.0.0", port: 8080)
    /// The one UDP port of all media.
    public var webRTC = Endpoint(host: "0.0.0.0", port: 8189)
    /// IP addresses told to browsers; empty: those of the interfaces that are up.
    public var advertise: [String] = []
    /// How many may watch at once.
    public var viewers = 100
    /// What the appliance is called on its page.
    public var name = "Cupola"
    /// Host names, beside IP addresses, `localhost` and `*.local`, that requests may be addressed to.
    public var hosts: [String] = []
    /// IP addresses of proxies that are believed when they say who asks, by `Forwarded` or `X-Forwarded-For`.
    public var proxies: [String] = []
    /// Whether web pages of other origins may join by WHEP, and so read what is shown.
    public var crossOrigin = false
    /// Where the viewer page lies; nil: beside the program.
    public var webRoot: String?
  }

  public struct Playlist: Hashable, Sendable {
    /// Where media lies when nobody says otherwise; neither has to be there.
    public static let standardSources: [MediaLocation] = ["/var/lib/cupola/media", "/media/cupola"]

    /// Files, folders, `.m3u` lists and URLs that libavformat opens.
    public var sources = Self.standardSources
    /// Those of the sources whose server may have anybody's certificate.
    public var insecureSources: Set<MediaLocation> = []
    /// Which containers and codecs are played.
    public var formats = Formats.standard
    /// Whether the first item follows the last.
    public var repeats = true
    /// How many seconds a picture by itself is shown.
    public var stillDuration = 10.0

    public enum Formats: String, Hashable, Sendable, CaseIterable {
      /// What cameras, editors, recorders and servers write.
      case standard
      /// Whatever libav reads.
      case all
    }
  }

  /// How many presets are encoded at a time, each codec of a preset counting for itself.
  public enum Encoders: Hashable, Sendable {
    /// As many as the machine is likely to encode in time.
    case auto
    /// 1…512.
    case count(Int)
  }

  /// How every preset is encoded.
  public struct Video: Hashable, Sendable {
    public var width = 1280
    public var height = 720
    /// Frames a second at most; slower files stay as they are.
    public var framerate = 30
    /// Bits a second.
    public var bitrate = 4_000_000
    /// In order of preference.
    public var codecs: [VideoCodec] = [.h264, .vp8]
    public var encoders = Encoders.auto
  }

  /// Who may change what others see.
  public struct Operator: Hashable, Sendable {
    /// Four to twelve digits, or eight to twelve characters of base 32; nil: made at the first start and kept in the
    /// state directory.
    public var pin: String?
  }

  /// An address to listen on.
  public struct Endpoint: Hashable, Sendable, CustomStringConvertible {
    /// An IPv4 or IPv6 address without brackets.
    public var host: String
    /// 0 lets the system choose.
    public var port: UInt16

    public init(host: String, port: UInt16) {
      self.host = host
      self.port = port
    }

    /// Parses "0.0.0.0:8080" or "[::]:8080"; nil for anything else.
    public init?(_ text: String) {
      guard let address = TransportAddress(text), let colon = text.lastIndex(of: ":") else { return nil }
      // The address as it was written, which is what people are shown.
      let host = text[..<colon]
      self.init(host: String(address.ip.isV6 ? host.dropFirst().dropLast() : host), port: address.port)
    }

    public var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
  }

  /// What of the graphics card is used.
  public struct Hardware: Hashable, Sendable {
    public enum Device: Hashable, Sendable {
      /// The first that proves itself.
      case auto
      case none
      /// A render node.
      case path(String)
    }

    public var device = Device.auto
    public var decode = true
    public var encode = true
  }

  public var server = Server()
  /// What is said of every picture's shape, whatever it says itself.
  public var shape = ShapeOverride.none
  public var playlist = Playlist()
  public var presets = ApplianceConfiguration.defaultPresets
  public var video = Video()
  public var hardware = Hardware()
  public var `operator` = Operator()
  /// Where Cupola keeps what it has to remember; nil: `$STATE_DIRECTORY`, else below the user's home.
  public var stateDirectory: String?

  public init() {}

  /// Home looks ahead, the others to the four sides, up and down.
  public static let defaultPresets = [
    Preset(number: 0, name: "front"),
    Preset(number: 1, name: "right", yaw: 90),
    Preset(number: 2, name: "back", yaw: 180),
    Preset(number: 3, name: "left", yaw: -90),
    Preset(number: 4, name: "up", pitch: 90),
    Preset(number: 5, name: "down", pitch: -90),
  ]
}
