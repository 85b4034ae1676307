/// The name and the length of an EBML element (RFC 8794, 4 to 6).
struct EBMLHeader {
  var name: UInt64
  /// Of its contents; nil when it does not say.
  var size: UInt64?
  /// Its own length.
  var bytes: Int

  /// nil when it does not lie within `range` whole, or is none.
  init?(_ span: RawSpan, at offset: Int, in range: Range<Int>) {
    guard let name = Self.variable(span, at: offset, in: range, keepsMarker: true), name.bytes <= 4,
      let size = Self.variable(span, at: offset + name.bytes, in: range, keepsMarker: false)
    else { return nil }
    self.name = name.value
    // All ones: until something comes that does not belong into it.
    self.size = size.value == (1 << (7 * UInt64(size.bytes))) - 1 ? nil : size.value
    bytes = name.bytes + size.bytes
  }

  /// A number with its length in its first bits: as many zeros as bytes follow.
  private static func variable(
    _ span: RawSpan, at offset: Int, in range: Range<Int>, keepsMarker: Bool
  ) -> (value: UInt64, bytes: Int)? {
    guard let first = try? span.bigEndian(UInt8.self, at: offset, in: range) else { return nil }
    let bytes = first.leadingZeroBitCount + 1
    guard bytes <= 8 else { return nil }
    var value = UInt64(keepsMarker ? first : first & ~(0x80 >> UInt8(bytes - 1)))
    for index in 1..<bytes {
      guard let next = try? span.bigEndian(UInt8.self, at: offset + index, in: range) else { return nil }
      value = value << 8 | UInt64(next)
    }
    return (value, bytes)
  }

  /// Goes through the elements that lie side by side in `range`, until one does not lie within it.
  static func forEach(in span: RawSpan, _ range: Range<Int>, _ body: (UInt64, Range<Int>) -> Void) {
    var offset = range.lowerBound
    while let header = EBMLHeader(span, at: offset, in: range) {
      let start = offset + header.bytes
      guard let size = header.size, size <= UInt64(range.upperBound - start) else { return }
      offset = start + Int(size)
      body(header.name, start..<offset)
    }
  }
}

extension RawSpan {
  /// An unsigned number of up to eight bytes (RFC 8794, 7.2).
  func unsigned(in range: Range<Int>) -> UInt64? {
    guard range.count <= 8 else { return nil }
    return range.reduce(0 as UInt64?) { value, offset in
      guard let value, let byte = try? bigEndian(UInt8.self, at: offset, in: range) else { return nil }
      return value << 8 | UInt64(byte)
    }
  }

  /// A number with a point, of four or eight bytes (RFC 8794, 7.3); nil for what is no number.
  func float(in range: Range<Int>) -> Double? {
    let value: Double? =
      switch range.count {
      case 4: (try? bigEndian(UInt32.self, at: range.lowerBound, in: range)).map { Double(Float(bitPattern: $0)) }
      case 8: (try? bigEndian(UInt64.self, at: range.lowerBound, in: range)).map { Double(bitPattern: $0) }
      default: nil
      }
    return value.flatMap { $0.isFinite ? $0 : nil }
  }
}
