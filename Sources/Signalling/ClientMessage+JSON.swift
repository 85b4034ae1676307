import Programme

extension ClientMessage {
  /// The protocol that `hello` may name.
  public static let version = 1
  /// No playlist has a place beyond.
  public static let maximumIndex = 999_999
  /// Seconds; no item is so long.
  public static let maximumPosition = 10_000_000

  /// Reads one message; fields that it does not know are ignored.
  ///
  /// Throws `.tooLarge`, `.badMessage` or `.unknownType`, with the message's id whenever that could be read.
  public init(parsing bytes: [UInt8]) throws(SignallingError) {
    guard bytes.count <= Self.maximumSize else {
      throw SignallingError(.tooLarge, "A message is at most \(Self.maximumSize) bytes long.")
    }
    let fields = try JSONObject(parsing: bytes)
    let id = try fields.optionalInteger("id", in: 0...Int(Self.maximumID)).map(UInt64.init)
    do throws(SignallingError) {
      self.init(try Body(fields), id: id)
    } catch {
      throw SignallingError(error.code, error.message, id: id)
    }
  }
}

extension ClientMessage.Body {
  fileprivate init(_ fields: JSONObject) throws(SignallingError) {
    switch try fields.string("type") {
    case "hello":
      guard try fields.optionalInteger("version", in: 0...Int(Int32.max)) ?? 1 == ClientMessage.version else {
        throw SignallingError(.badMessage, "This server speaks version \(ClientMessage.version) of the protocol.")
      }
      self = .hello(
        .init(
          pin: try fields.optionalString("pin"), token: try fields.optionalString("token"),
          preset: try fields.optionalPreset(), follow: try fields.optionalBool("follow")))
    case "offer": self = .offer(sdp: try fields.string("sdp"), preset: try fields.optionalPreset())
    case "candidate": self = .candidate
    case "preset/goto": self = .command(.goto(try fields.presetNumber("preset"), try fields.scope()))
    case "follow": self = .command(.follow)
    case "playlist/next": self = .command(.playlist(.next))
    case "playlist/previous": self = .command(.playlist(.previous))
    case "playlist/goto":
      self = .command(.playlist(.go(to: try fields.integer("index", in: 0...ClientMessage.maximumIndex))))
    case "transport/play": self = .command(.transport(.play))
    case "transport/pause": self = .command(.transport(.pause))
    case "transport/seek":
      self = .command(.transport(.seek(try fields.number("position", in: 0...ClientMessage.maximumPosition))))
    case "preset/set":
      let preset = try fields.object("preset")
      self = .command(.setPreset(try Preset(preset, number: try preset.presetNumber("number"))))
    case "preset/remove": self = .command(.removePreset(try fields.presetNumber("number")))
    case "ping": self = .ping
    default: throw SignallingError(.unknownType, "This server knows no message of that type.")
    }
  }
}

extension JSONObject {
  public func presetNumber(_ name: String) throws(SignallingError) -> UInt8 { UInt8(try integer(name, in: 0...255)) }

  fileprivate func optionalPreset() throws(SignallingError) -> UInt8? {
    try optionalInteger("preset", in: 0...255).map { UInt8($0) }
  }

  fileprivate func scope() throws(SignallingError) -> Scope {
    guard let text = try optionalString("scope") else { return .me }
    guard let scope = Scope(rawValue: text) else {
      throw SignallingError(.badMessage, "The field scope is to be me or programme.")
    }
    return scope
  }
}

extension JSONObject {
  fileprivate func optionalKind() throws(SignallingError) -> Preset.Kind? {
    guard let text = try optionalString("kind") else { return nil }
    guard let kind = Preset.Kind(rawValue: text) else {
      let allowed = Preset.Kind.allCases.map(\.rawValue).joined(separator: ", ")
      throw SignallingError(.badMessage, "The field kind is to be one of \(allowed).")
    }
    return kind
  }
}

extension Preset {
  /// What an object says of the preset of that number; throws `.badMessage` that says what is allowed.
  public init(_ fields: JSONObject, number: UInt8) throws(SignallingError) {
    let preset = Preset(
      number: number, name: try fields.string("name"), yaw: try fields.number("yaw"),
      pitch: try fields.number("pitch"), roll: try fields.number("roll"), fov: try fields.number("fov"),
      kind: try fields.optionalKind() ?? .rectilinear)
    do throws(Preset.Invalid) {
      self = try preset.validated()
    } catch {
      throw SignallingError(.badMessage, error.description)
    }
  }
}
