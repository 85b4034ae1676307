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
      projection: name == "equirectangular" ? .equirectangular(bounds(in: text)) : .other(name),
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

  /// The part of the full panorama that the picture shows; all of it where the text does not say or makes no sense.
  private static func bounds(in text: ArraySlice<UInt8>) -> SphericalMetadata.Bounds {
    func pixels(_ name: String) -> Double? {
      value(of: name, in: text).flatMap(Double.init).flatMap { (0...1e6).contains($0) ? $0 : nil }
    }
    func edges(full: String, size: String, start: String) -> (before: Double, after: Double)? {
      guard let full = pixels(full), let size = pixels(size), let start = pixels(start),
        size > 0, start + size <= full
      else { return nil }
      return (start / full, (full - start - size) / full)
    }
    guard
      let across = edges(
        full: "FullPanoWidthPixels", size: "CroppedAreaImageWidthPixels", start: "CroppedAreaLeftPixels"),
      let down = edges(
        full: "FullPanoHeightPixels", size: "CroppedAreaImageHeightPixels", start: "CroppedAreaTopPixels")
    else { return .full }
    return .init(top: down.before, bottom: down.after, left: across.before, right: across.after)
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
