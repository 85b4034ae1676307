import SphericalMetadata

/// Takes `bytes` as what a camera wrote behind a picture; and as its record of itself, with all around it as it should be.
public func fuzzInsta360(_ bytes: UnsafeRawBufferPointer) {
  let file = [UInt8](bytes)
  _ = SphericalMetadata(trailerOf: FileBytes(file))
  _ = SphericalMetadata(trailerOf: FileBytes(Insta360File.trailer([(1, file)])))
  let text = String(decoding: file, as: UTF8.self)
  let strings = Insta360File.information(offset: text, offsetV3: text)
  _ = SphericalMetadata(trailerOf: FileBytes(Insta360File.trailer([(1, strings)])))
}

/// Writes what Insta360's cameras write behind their pictures.
public enum Insta360File {
  /// Two lenses of a camera's own, as facts about it have them: circles, in a picture of 10752 × 5376.
  public static let offset =
    "2_2657.621_2684.250_2687.750_-0.259_-0.011_89.729_2651.033_8066.330_2692.030_0.247_-0.221_89.754_10752_5376_1137"

  /// A trailer of these records, from the first byte on.
  ///
  /// - Parameter hasList: As newer cameras write it: with a list of the records, and nothing behind each.
  public static func trailer(_ records: [(id: UInt8, data: [UInt8])], hasList: Bool = false) -> [UInt8] {
    var bytes: [UInt8] = []
    var list: [UInt8] = []
    for record in records {
      if hasList {
        bytes += [UInt8](repeating: 0, count: 11)
        list += [record.id, 1] + word(record.data.count) + word(bytes.count)
        bytes += record.data
      } else {
        bytes += record.data + [1, record.id] + word(record.data.count)
      }
    }
    if hasList { bytes += [UInt8](repeating: 0, count: 5) + list + [0, 0] + word(list.count) }
    return bytes + footer(length: bytes.count + 72)
  }

  public static func footer(length: Int) -> [UInt8] {
    [UInt8](repeating: 0, count: 32) + word(length) + word(3) + Array("8db42d694ccc418790edff439fe026bf".utf8)
  }

  /// The record of the camera itself: a number, a message and a double between the strings, as others are there.
  public static func information(offset: String?, offsetV3: String?) -> [UInt8] {
    var bytes: [UInt8] = field(2, Array("a camera".utf8))
    if let offset { bytes += field(5, Array(offset.utf8)) }
    bytes += key(7, 0) + [0xFF, 0xFF, 0xFF, 0x7F]
    bytes += field(19, key(1, 0) + [0x80, 0x3C] + key(2, 0) + [0x80, 0x1E])
    bytes += key(25, 1) + [UInt8](repeating: 0x40, count: 8)
    if let offsetV3 { bytes += field(54, Array(offsetV3.utf8)) }
    return bytes
  }

  private static func field(_ number: Int, _ contents: [UInt8]) -> [UInt8] {
    key(number, 2) + variable(contents.count) + contents
  }

  private static func key(_ number: Int, _ kind: Int) -> [UInt8] { variable(number << 3 | kind) }

  private static func variable(_ value: Int) -> [UInt8] {
    value < 0x80 ? [UInt8(value)] : [UInt8(value & 0x7F | 0x80)] + variable(value >> 7)
  }

  private static func word(_ value: Int) -> [UInt8] {
    (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }
}
