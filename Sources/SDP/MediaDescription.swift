/// One `m=` section of a session description, with what RTP and WebRTC read from its attributes.
public struct MediaDescription: Hashable, Sendable, SDPAttributeHolder {
  /// `video`, `audio`, `application`.
  public var kind: String
  public var port: UInt16
  /// Such as `UDP/TLS/RTP/SAVPF`.
  public var transport: String
  /// The payload types of RTP, in order of preference, or other names of formats.
  public var formats: [String]
  /// The value of the section's own `c=`.
  public var connection: String?
  public var attributes: [SDPAttribute]

  public init(
    kind: String, port: UInt16, transport: String, formats: [String], connection: String? = nil,
    attributes: [SDPAttribute] = []
  ) {
    self.kind = kind
    self.port = port
    self.transport = transport
    self.formats = formats
    self.connection = connection
    self.attributes = attributes
  }

  /// The identification tag (RFC 5888).
  public var mid: String? { value(of: "mid") }

  /// A port of zero refuses the section, except with `bundle-only`, where it says nothing (RFC 8843 section 6).
  public var isRejected: Bool { port == 0 && !has("bundle-only") }

  /// The formats that are payload types: 0…127.
  public var payloadTypes: [UInt8] { formats.compactMap { UInt8($0) }.filter { $0 < 128 } }

  public var extensionMaps: [ExtensionMap] { values(of: "extmap").compactMap(ExtensionMap.init) }
}
