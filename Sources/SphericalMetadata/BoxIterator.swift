/// Four characters that name a box (ISO/IEC 14496-12, 4.2).
struct BoxType: Hashable, ExpressibleByStringLiteral {
  let code: UInt32

  init(code: UInt32) { self.code = code }

  init(stringLiteral name: StaticString) {
    code = name.description.utf8.reduce(0) { $0 << 8 | UInt32($1) }
  }

  /// The characters, with "?" for what is no ASCII.
  var name: String {
    let bytes = (0..<4).map { UInt8(truncatingIfNeeded: code >> (24 - 8 * UInt32($0))) }
    return String(decoding: bytes.map { (0x20..<0x7f).contains($0) ? $0 : UInt8(ascii: "?") }, as: UTF8.self)
  }
}

/// Goes through the boxes that lie side by side in a range of bytes.
///
/// ```
///  0               4               8                              16
/// +---------------+---------------+ - - - - - - - - - - - - - - - +------------
/// |     size      |     type      |  64-bit size, if size is 1    |  contents
/// +---------------+---------------+ - - - - - - - - - - - - - - - +------------
/// ```
///
/// Size 0 reaches to the end of the range. Fewer than 8 bytes at the end are padding, as QuickTime writes it.
struct BoxIterator {
  struct Box {
    var type: BoxType
    var contents: Range<Int>
  }

  private var rest: Range<Int>

  /// `range` must lie within the bytes that `next` is given.
  init(_ range: Range<Int>) { rest = range }

  mutating func next(in bytes: RawSpan) throws(SphericalBoxes.Failure) -> Box? {
    guard rest.count >= 8 else { return nil }
    let start = rest.lowerBound
    let type = BoxType(code: try bytes.bigEndian(UInt32.self, at: start + 4, in: rest))
    var size = UInt64(try bytes.bigEndian(UInt32.self, at: start, in: rest))
    var headerSize = 8
    if size == 1 {
      size = try bytes.bigEndian(UInt64.self, at: start + 8, in: rest)
      headerSize = 16
    } else if size == 0 {
      size = UInt64(rest.count)
    }
    guard size >= UInt64(headerSize), size <= UInt64(rest.count) else {
      throw SphericalBoxes.Failure(reason: .badSize, offset: start)
    }
    let end = start + Int(size)
    rest = end..<rest.upperBound
    return Box(type: type, contents: start + headerSize..<end)
  }
}

extension RawSpan {
  /// The integer at `offset`, which must lie within `range` whole.
  func bigEndian<Value: FixedWidthInteger & BitwiseCopyable>(
    _: Value.Type, at offset: Int, in range: Range<Int>
  ) throws(SphericalBoxes.Failure) -> Value {
    guard offset >= range.lowerBound, range.upperBound - offset >= MemoryLayout<Value>.size else {
      throw SphericalBoxes.Failure(reason: .truncated, offset: offset)
    }
    return unsafe Value(bigEndian: unsafeLoadUnaligned(fromByteOffset: offset, as: Value.self))
  }

  /// Field `index` of a full box (ISO/IEC 14496-12, 4.2) whose fields have 32 bits: after its version and flags.
  func fullBoxField(_ index: Int, in contents: Range<Int>) throws(SphericalBoxes.Failure) -> UInt32 {
    try bigEndian(UInt32.self, at: contents.lowerBound + 4 + 4 * index, in: contents)
  }

  /// A copy of the bytes in `range`.
  func bytes(in range: Range<Int>) -> [UInt8] { unsafe extracting(range).withUnsafeBytes { unsafe [UInt8]($0) } }
}

extension Double {
  /// Of 0.32 fixed point.
  static func fraction(_ value: UInt32) -> Double { Double(value) / 4_294_967_296 }
}
