/// Takes the input of a fuzzer apart, front to back.
struct FuzzInput {
  let bytes: UnsafeRawBufferPointer
  private var offset = 0

  init(bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  mutating func nextUInt8() -> UInt8? {
    guard offset < bytes.count else { return nil }
    offset += 1
    return bytes[offset - 1]
  }

  mutating func nextUInt16() -> UInt16? {
    guard let high = nextUInt8(), let low = nextUInt8() else { return nil }
    return UInt16(high) << 8 | UInt16(low)
  }

  /// The next `count` bytes, or the fewer that are left; nil when there are none.
  mutating func next(_ count: Int) -> [UInt8]? {
    let end = min(offset + max(count, 1), bytes.count)
    guard offset < end else { return nil }
    defer { offset = end }
    return [UInt8](bytes[offset..<end])
  }
}
