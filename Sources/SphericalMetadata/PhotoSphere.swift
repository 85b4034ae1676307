/// The XMP of a still panorama: Google's Photo Sphere properties, `GPano`
/// (developers.google.com/streetview/spherical-metadata).
///
/// JPEG, PNG, WebP and AVIF each wrap it in another way; the text is the same, at the beginning of a file or at its end.
enum PhotoSphere {
  /// It is looked for within so many bytes from either end.
  private static let reach = 512 << 10
  private static let maximumText = 64 << 10

  static func metadata(of file: FileBytes) -> SphericalMetadata? {
    let count = Int(min(file.size, Int64(reach)))
    guard let head = file.read(count, 0) else { return nil }
    if let found = parse(head) { return found }
    guard file.size > Int64(count), let tail = file.read(count, file.size - Int64(count)) else { return nil }
    return parse(tail)
  }

  /// Whatever contains the text.
  static func parse(_ bytes: [UInt8]) -> SphericalMetadata? {
    guard let start = position(of: "<x:xmpmeta", in: bytes[...]) else { return nil }
    let text = bytes[start...].prefix(maximumText)
    let end = position(of: "</x:xmpmeta>", in: text) ?? text.endIndex
    let properties = text[..<end]
    guard value(of: "ProjectionType", in: properties)?.lowercased() == "equirectangular" else { return nil }
    var metadata = SphericalMetadata(
      projection: .equirectangular(.init { value(of: $0, in: properties).flatMap(Double.init) }), origin: .photoSphere)
    // The heading is a compass's: it says nothing of where the picture's middle is to be.
    metadata.pose.pitch = number("PosePitchDegrees", in: properties, -90...90) ?? 0
    metadata.pose.roll = number("PoseRollDegrees", in: properties, -360...360) ?? 0
    return metadata
  }

  private static func number(_ name: String, in text: ArraySlice<UInt8>, _ range: ClosedRange<Double>) -> Double? {
    value(of: name, in: text).flatMap(Double.init).flatMap { range.contains($0) ? $0 : nil }
  }

  /// Of `GPano:name="value"` and `<GPano:name>value</GPano:name>`.
  private static func value(of name: String, in text: ArraySlice<UInt8>) -> String? {
    guard let start = position(of: "GPano:\(name)", in: text) else { return nil }
    var rest = text[start...].dropFirst("GPano:\(name)".utf8.count)
    rest = rest.drop { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "=") }
    guard let open = rest.first, [UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: ">")].contains(open) else {
      return nil
    }
    let close = open == UInt8(ascii: ">") ? UInt8(ascii: "<") : open
    let content = rest.dropFirst().prefix { $0 != close }
    return String(decoding: content.filter { $0 > UInt8(ascii: " ") }, as: UTF8.self)
  }

  private static func position(of word: String, in bytes: ArraySlice<UInt8>) -> Int? {
    let word = Array(word.utf8)
    var rest = bytes
    while let index = rest.firstIndex(of: word[0]) {
      if bytes[index...].starts(with: word) { return index }
      rest = rest[(index + 1)...]
    }
    return nil
  }
}
