import Fairness
import Media
import Programme
import SansIO
import Yams

extension ApplianceConfiguration {
  /// A configuration is at most so many bytes.
  public static let maximumBytes = 1 << 20

  /// Parses the text of a `cupola.yaml`; what it does not say keeps its default.
  ///
  /// - Parameter file: the name that errors are reported under.
  public init(yaml text: String, file: String) throws(ConfigurationErrors) {
    self.init()
    let reader = ConfigurationReader(file: file)
    guard text.utf8.count <= Self.maximumBytes else {
      reader.report(nil, "", "is larger than \(Self.maximumBytes) bytes")
      throw ConfigurationErrors(errors: reader.errors)
    }
    do {
      // An empty file, or one of comments alone, says nothing: all defaults.
      if let root = try Yams.compose(yaml: text), root.null == nil { read(root, reader) }
    } catch let error as YamlError {
      throw ConfigurationErrors(errors: [Self.syntaxError(error, file: file)])
    } catch {
      throw ConfigurationErrors(errors: [ConfigurationError(file: file, message: "\(error)")])
    }
    guard reader.errors.isEmpty else { throw ConfigurationErrors(errors: reader.errors) }
  }

  private static func syntaxError(_ error: YamlError, file: String) -> ConfigurationError {
    switch error {
    case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
      .composer(_, let problem, let mark, _):
      ConfigurationError(file: file, line: mark.line, column: mark.column, message: "not YAML: \(problem)")
    default:
      ConfigurationError(file: file, message: "not YAML: \(error)")
    }
  }

  private mutating func read(_ root: Node, _ reader: ConfigurationReader) {
    let keys = reader.mapping(
      root, "", allowed: ["server", "playlist", "source", "presets", "video", "hardware", "operator", "state"])
    if let node = keys["server"] { readServer(node, reader) }
    if let node = keys["playlist"] { readPlaylist(node, reader) }
    if let node = keys["source"] { readSource(node, reader) }
    if let node = keys["presets"] { readPresets(node, reader) }
    if let node = keys["video"] { readVideo(node, reader) }
    if let node = keys["hardware"] { readHardware(node, reader) }
    if let node = keys["operator"] { readOperator(node, reader) }
    if let node = keys["state"] {
      let keys = reader.mapping(node, "state", allowed: ["directory"])
      if let node = keys["directory"] { stateDirectory = reader.string(node, "state.directory") }
    }
  }

  private mutating func readServer(_ node: Node, _ reader: ConfigurationReader) {
    let keys = reader.mapping(
      node, "server",
      allowed: ["http", "webrtc", "advertise", "viewers", "name", "hosts", "proxies", "crossOrigin", "web"])
    func endpoint(_ name: String) -> Endpoint? {
      guard let node = keys[name] else { return nil }
      guard let endpoint = node.scalar.flatMap({ Endpoint($0.string) }) else {
        reader.report(
          node, "server.\(name)",
          "\(reader.shown(node)) is not an address and a port (such as 0.0.0.0:8080 or [::]:8080)")
        return nil
      }
      return endpoint
    }
    server.http = endpoint("http") ?? server.http
    server.webRTC = endpoint("webrtc") ?? server.webRTC
    func addresses(_ name: String) -> [String]? {
      guard let node = keys[name], let nodes = reader.sequence(node, "server.\(name)", of: "IP addresses") else {
        return nil
      }
      return nodes.enumerated().compactMap { index, node in
        guard let text = node.scalar?.string, IPAddress(text) != nil else {
          reader.report(node, "server.\(name)[\(index)]", "\(reader.shown(node)) is not an IP address")
          return nil
        }
        return text
      }
    }
    server.advertise = addresses("advertise") ?? server.advertise
    server.proxies = addresses("proxies") ?? server.proxies
    if let node = keys["viewers"] {
      server.viewers = reader.integer(node, "server.viewers", in: 1...1000) ?? server.viewers
    }
    if let node = keys["name"] { server.name = reader.string(node, "server.name") ?? server.name }
    if let node = keys["hosts"] { server.hosts = reader.strings(node, "server.hosts", of: "host names") ?? [] }
    if let node = keys["crossOrigin"] {
      server.crossOrigin = reader.bool(node, "server.crossOrigin") ?? server.crossOrigin
    }
    if let node = keys["web"] { server.webRoot = reader.string(node, "server.web") }
  }

  private mutating func readPresets(_ node: Node, _ reader: ConfigurationReader) {
    guard let nodes = reader.sequence(node, "presets", of: "presets") else { return }
    guard (1...256).contains(nodes.count) else {
      reader.report(node, "presets", "has \(nodes.count) entries (1 to 256)")
      return
    }
    presets = []
    for (index, node) in nodes.enumerated() {
      let key = "presets[\(index)]"
      let keys = reader.mapping(node, key, allowed: ["number", "name", "yaw", "pitch", "roll", "fov", "kind"])
      guard let numberNode = keys["number"], let nameNode = keys["name"] else {
        if node.mapping != nil { reader.report(node, key, "needs a number (0 to 255) and a name") }
        continue
      }
      guard let number = reader.integer(numberNode, "\(key).number", in: 0...255),
        let name = reader.string(nameNode, "\(key).name")
      else { continue }
      if presets.contains(where: { Int($0.number) == number }) {
        reader.report(numberNode, "\(key).number", "\(number) is another preset's number already")
      }
      if presets.contains(where: { $0.name == name }) {
        reader.report(nameNode, "\(key).name", "\"\(name)\" is another preset's name already")
      }
      func degrees(_ name: String, _ range: ClosedRange<Double>, _ standard: Double) -> Double {
        let whole = Int(range.lowerBound)...Int(range.upperBound)
        return keys[name].flatMap { reader.degrees($0, "\(key).\(name)", in: whole) } ?? standard
      }
      var kind = Preset.Kind.rectilinear
      if let node = keys["kind"] {
        if let known = node.scalar.flatMap({ Preset.Kind(rawValue: $0.string) }) {
          kind = known
        } else {
          let allowed = Preset.Kind.allCases.map(\.rawValue).joined(separator: ", ")
          reader.report(node, "\(key).kind", "\(reader.shown(node)) is unknown; allowed are \(allowed)")
        }
      }
      let preset = Preset(
        number: UInt8(number), name: name, yaw: degrees("yaw", Preset.yaws, 0),
        pitch: degrees("pitch", Preset.pitches, 0), roll: degrees("roll", Preset.rolls, 0),
        fov: degrees("fov", kind.fovs, 90), kind: kind)
      do throws(Preset.Invalid) {
        presets.append(try preset.validated())
      } catch {
        // Degrees out of range have been reported where they stand.
        reader.report(nameNode, "\(key).name", "\"\(name)\": \(error.description)")
      }
    }
  }

  private mutating func readVideo(_ node: Node, _ reader: ConfigurationReader) {
    let keys = reader.mapping(node, "video", allowed: ["size", "framerate", "bitrate", "codecs", "encoders"])
    if let node = keys["encoders"] {
      if node.scalar?.string == "auto" {
        video.encoders = .auto
      } else if let text = node.scalar?.string, let count = Int(text), (1...512).contains(count) {
        video.encoders = .count(count)
      } else {
        reader.report(node, "video.encoders", "\(reader.shown(node)) is neither auto nor a whole number (1 to 512)")
      }
    }
    if let node = keys["size"] {
      let parts = (node.scalar?.string ?? "").split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
      if parts.count == 2, let width = parts[0], let height = parts[1] {
        if [width, height].allSatisfy({ (64...4096).contains($0) && $0.isMultiple(of: 2) }) {
          (video.width, video.height) = (width, height)
        } else {
          reader.report(node, "video.size", "\(width)x\(height) is out of range (even numbers from 64 to 4096)")
        }
      } else {
        reader.report(node, "video.size", "\(reader.shown(node)) is not a size (such as 1280x720)")
      }
    }
    if let node = keys["framerate"] {
      video.framerate = reader.integer(node, "video.framerate", in: 1...120) ?? video.framerate
    }
    if let node = keys["bitrate"] {
      video.bitrate = reader.bitrate(node, "video.bitrate", in: 100_000...25_000_000) ?? video.bitrate
    }
    if let node = keys["codecs"], let nodes = reader.sequence(node, "video.codecs", of: "codecs") {
      if nodes.isEmpty { reader.report(node, "video.codecs", "is empty; allowed are h264, vp8") }
      video.codecs = []
      for (index, node) in nodes.enumerated() {
        guard let codec = node.scalar.flatMap({ VideoCodec(rawValue: $0.string) }) else {
          reader.report(node, "video.codecs[\(index)]", "\(reader.shown(node)) is unknown; allowed are h264, vp8")
          continue
        }
        if video.codecs.contains(codec) {
          reader.report(node, "video.codecs[\(index)]", "\(codec.rawValue) stands here twice")
        } else {
          video.codecs.append(codec)
        }
      }
    }
  }

  private mutating func readHardware(_ node: Node, _ reader: ConfigurationReader) {
    let keys = reader.mapping(node, "hardware", allowed: ["device", "decode", "encode"])
    if let node = keys["device"] {
      switch node.scalar?.string {
      case "auto": hardware.device = .auto
      case "none": hardware.device = .none
      case let path? where path.hasPrefix("/") && path.utf8.count <= 4096: hardware.device = .path(path)
      default:
        reader.report(
          node, "hardware.device",
          "\(reader.shown(node)) is not a device; allowed are auto, none, and a render node such as /dev/dri/renderD128"
        )
      }
    }
    if let node = keys["decode"] { hardware.decode = reader.bool(node, "hardware.decode") ?? hardware.decode }
    if let node = keys["encode"] { hardware.encode = reader.bool(node, "hardware.encode") ?? hardware.encode }
  }

  private mutating func readOperator(_ node: Node, _ reader: ConfigurationReader) {
    let keys = reader.mapping(node, "operator", allowed: ["pin"])
    guard let node = keys["pin"] else { return }
    guard let pin = node.scalar?.string, PIN(pin) != nil else {
      reader.report(
        node, "operator.pin",
        "is neither four to twelve digits (in quotes if it begins with 0) nor eight to twelve letters and digits without U"
      )
      return
    }
    `operator`.pin = pin
  }
}
