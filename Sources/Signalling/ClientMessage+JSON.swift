import FoundationEssentials

extension ClientMessage {
  /// The protocol that `hello` may name.
  public static let version = 1

  /// Reads one message; fields that it does not know are ignored.
  ///
  /// Throws `.tooLarge`, `.badMessage` or `.unknownType`, with the message's id whenever that could be read.
  public init(parsing bytes: [UInt8]) throws(SignallingError) {
    guard bytes.count <= Self.maximumSize else {
      throw SignallingError(.tooLarge, "A message is at most \(Self.maximumSize) bytes long.")
    }
    let envelope: Envelope
    do {
      envelope = try JSONDecoder().decode(Envelope.self, from: Data(bytes))
    } catch {
      throw SignallingError(.badMessage, "A message is a JSON object in UTF-8.")
    }
    self.init(try envelope.body.get(), id: envelope.id)
  }
}

/// The message as it is decoded: a body that is wrong must not lose the id.
private struct Envelope: Decodable {
  var id: UInt64?
  var body: Result<ClientMessage.Body, SignallingError>

  enum Key: String, CodingKey {
    case type, id, version, pin, token, preset, follow, sdp, scope, index, position, number
  }

  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Key.self)
    do {
      id = try container.decodeIfPresent(UInt64.self, forKey: .id)
      guard id ?? 0 <= ClientMessage.maximumID else { throw Self.outOfRange(.id) }
      body = .success(try Self.body(type: container.decode(String.self, forKey: .type), container))
    } catch var error as SignallingError {
      error.id = id
      body = .failure(error)
    } catch {
      body = .failure(SignallingError(.badMessage, Self.sentence(error), id: id))
    }
  }

  private static func body(type: String, _ container: KeyedDecodingContainer<Key>) throws -> ClientMessage.Body {
    func field<Value: Decodable>(_ key: Key) throws -> Value { try container.decode(Value.self, forKey: key) }
    func optional<Value: Decodable>(_ key: Key) throws -> Value? {
      try container.decodeIfPresent(Value.self, forKey: key)
    }
    switch type {
    case "hello":
      guard try optional(.version) ?? ClientMessage.version == ClientMessage.version else {
        throw SignallingError(.badMessage, "This server speaks version \(ClientMessage.version) of the protocol.")
      }
      return .hello(
        .init(
          pin: try optional(.pin), token: try optional(.token), preset: try optional(.preset),
          follow: try optional(.follow)))
    case "offer": return .offer(sdp: try field(.sdp), preset: try optional(.preset))
    case "candidate": return .candidate
    case "preset/goto": return .gotoPreset(try field(.preset), scope: try optional(.scope) ?? .me)
    case "follow": return .follow
    case "playlist/next": return .playlist(.next)
    case "playlist/previous": return .playlist(.previous)
    case "playlist/goto":
      let index: Int = try field(.index)
      guard index >= 0 else { throw outOfRange(.index) }
      return .playlist(.go(to: index))
    case "transport/play": return .transport(.play)
    case "transport/pause": return .transport(.pause)
    case "transport/seek":
      let position: Double = try field(.position)
      guard position >= 0, position <= 1e9 else { throw outOfRange(.position) }
      return .transport(.seek(position))
    case "preset/set":
      let preset: PresetDescription = try field(.preset)
      return .setPreset(try preset.validated())
    case "preset/remove": return .removePreset(try field(.number))
    case "ping": return .ping
    default: throw SignallingError(.unknownType, "This server knows no message of that type.")
    }
  }

  private static func outOfRange(_ key: Key) -> SignallingError {
    SignallingError(.badMessage, "The field \(key.rawValue) is out of range.")
  }

  private static func sentence(_ error: any Error) -> String {
    switch error {
    case DecodingError.keyNotFound(let key, _): "The field \(key.stringValue) is missing."
    case DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context),
      DecodingError.dataCorrupted(let context):
      context.codingPath.last.map { "The field \($0.stringValue) is of the wrong type or out of range." }
        ?? "The message cannot be read."
    default: "The message cannot be read."
    }
  }
}
