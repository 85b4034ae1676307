/// Goes through the fields of one protobuf message that have contents of their own: strings and messages within it
/// (protobuf.dev, "Encoding").
struct ProtobufFields {
  private let bytes: ArraySlice<UInt8>
  private var position: Int

  init(_ bytes: ArraySlice<UInt8>) {
    self.bytes = bytes
    position = bytes.startIndex
  }

  /// nil at the end, and where the rest makes no sense; fields that are numbers are passed over.
  mutating func next() -> (number: UInt64, contents: ArraySlice<UInt8>)? {
    while position < bytes.endIndex {
      guard let key = variable() else { return nil }
      switch key & 7 {
      case 0: guard variable() != nil else { return nil }
      case 1: guard skip(8) != nil else { return nil }
      case 2:
        guard let length = variable(), let contents = skip(length) else { return nil }
        return (key >> 3, contents)
      case 5: guard skip(4) != nil else { return nil }
      default: return nil
      }
    }
    return nil
  }

  private mutating func skip(_ count: UInt64) -> ArraySlice<UInt8>? {
    guard count <= UInt64(bytes.endIndex - position) else { return nil }
    defer { position += Int(count) }
    return bytes[position..<position + Int(count)]
  }

  /// Seven bits a byte, the lowest first.
  private mutating func variable() -> UInt64? {
    var value: UInt64 = 0
    for shift in stride(from: UInt64(0), through: 63, by: 7) {
      guard position < bytes.endIndex else { return nil }
      let byte = bytes[position]
      position += 1
      value |= UInt64(byte & 0x7F) << shift
      if byte < 0x80 { return value }
    }
    return nil
  }
}
