/// The XML of Spherical Video V1 (github.com/google/spatial-media, docs/spherical-video-rfc.md).
///
/// It is a flat list of elements, so each is found by its name; that needs no XML parser.
enum SphericalXML {
  /// More than any tool writes.
  private static let maximumSize = 64 << 10

  /// nil when the text does not say that the video is spherical.
  static func parse(_ bytes: [UInt8]) -> SphericalMetadata? {
    guard bytes.count <= maximumSize else { return nil }
    let text = ArraySlice(bytes)
    guard value(of: "Spherical", in: text)?.lowercased() == "true" else { return nil }
    let name = value(of: "ProjectionType", in: text) ?? "equirectangular"
    return SphericalMetadata(
      projection: name == "equirectangular"
        ? .equirectangular(.init { value(of: $0, in: text).flatMap(Double.init) }) : .other(name),
      stereo: stereo(value(of: "StereoMode", in: text)), origin: .sphericalVideoV1)
  }

  private static func stereo(_ name: String?) -> SphericalMetadata.Stereo {
    switch name {
    case nil, "mono": .mono
    case "top-bottom": .topBottom
    case "left-right": .leftRight
    default: .other
    }
  }

  /// What stands between `<prefix:name>` and the next `<`, without spaces around it.
  private static func value(of name: String, in text: ArraySlice<UInt8>) -> String? {
    let tag = Array(":\(name)>".utf8)
    var rest = text
    while let colon = rest.firstIndex(of: UInt8(ascii: ":")) {
      rest = rest[colon...]
      guard rest.starts(with: tag) else {
        rest = rest.dropFirst()
        continue
      }
      let content = rest.dropFirst(tag.count).prefix { $0 != UInt8(ascii: "<") }
      let isSpace: (UInt8) -> Bool = { $0 <= UInt8(ascii: " ") }
      let start = content.firstIndex { !isSpace($0) } ?? content.endIndex
      let end = content.lastIndex { !isSpace($0) }.map { $0 + 1 } ?? start
      return String(decoding: content[start..<end], as: UTF8.self)
    }
    return nil
  }
}
