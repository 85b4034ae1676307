/// Where media lies: a path, or an address with "://" in it, as whoever named it wrote it.
///
/// To the system a path is bytes. Two that look the same may still be two files, and some are no UTF-8 at all; `String`
/// would take the first for one and change the second.
public struct MediaLocation: Hashable, Sendable {
  public let bytes: [UInt8]

  public init(bytes: some Sequence<UInt8>) { self.bytes = Array(bytes) }

  public init(_ text: String) { self.init(bytes: text.utf8) }

  /// As the system takes a path, with a NUL behind it. One with a NUL in it would end early: it names nothing.
  public var systemPath: [CChar]? {
    bytes.contains(0) ? nil : bytes.map { CChar(bitPattern: $0) } + [0]
  }

  /// For people, and for libraries that take text: what is not UTF-8 is read as Windows-1252.
  public var text: String { String(validating: bytes, as: UTF8.self) ?? Windows1252.decode(bytes) }

  /// Whether it is an address.
  public var isAddress: Bool { bytes.firstRange(of: "://".utf8) != nil }

  /// Of a path, up to and including its last "/"; empty for a bare name.
  public var folder: MediaLocation {
    MediaLocation(bytes: bytes.lastIndex(of: UInt8(ascii: "/")).map { bytes[...$0] } ?? [])
  }

  /// What stands behind the last dot of the last part, in lower case; empty where there is none.
  public var fileExtension: String {
    let name = bytes.lastIndex(of: UInt8(ascii: "/")).map { bytes[($0 + 1)...] } ?? bytes[...]
    guard let dot = name.lastIndex(of: UInt8(ascii: ".")) else { return "" }
    return String(decoding: name[(dot + 1)...], as: UTF8.self).lowercased()
  }

  /// What `name` is called in this folder.
  public func appending(_ name: some Sequence<UInt8>) -> MediaLocation {
    MediaLocation(bytes: bytes + (bytes.last == UInt8(ascii: "/") ? [] : [UInt8(ascii: "/")]) + name)
  }
}

extension MediaLocation: ExpressibleByStringLiteral {
  public init(stringLiteral text: String) { self.init(text) }
}

/// As text where it is UTF-8, else as the list of its bytes.
extension MediaLocation: Codable {
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let text = try? container.decode(String.self) {
      self.init(text)
    } else {
      self.init(bytes: try container.decode([UInt8].self))
    }
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    if let text = String(validating: bytes, as: UTF8.self) {
      try container.encode(text)
    } else {
      try container.encode(bytes)
    }
  }
}
