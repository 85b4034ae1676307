/// Finds the NAL units of an H.264 byte stream (ITU-T H.264 Annex B).
struct AnnexBReader: ~Escapable {
  private let span: RawSpan
  /// Where the next NAL unit begins; the end of the span when there is none.
  private var position: Int

  @_lifetime(copy span)
  init(_ span: RawSpan) {
    self.span = span
    position = Self.startCode(in: span, from: 0)?.upperBound ?? span.byteCount
  }

  /// The next NAL unit without its start code and trailing zeros; nil at the end. Empty units are passed over.
  mutating func next() -> Range<Int>? {
    while position < span.byteCount {
      let start = position
      let code = Self.startCode(in: span, from: start)
      position = code?.upperBound ?? span.byteCount
      var end = code?.lowerBound ?? span.byteCount
      while end > start, Self.byte(span, end - 1) == 0 { end -= 1 }
      if end > start { return start..<end }
    }
    return nil
  }

  /// The next 00 00 01 at or after `start`.
  private static func startCode(in span: RawSpan, from start: Int) -> Range<Int>? {
    var i = start
    while i + 2 < span.byteCount {
      let last = byte(span, i + 2)
      if last > 1 {
        i += 3
      } else if last == 1 {
        if byte(span, i) == 0, byte(span, i + 1) == 0 { return i..<i + 3 }
        i += 3
      } else {
        i += 1
      }
    }
    return nil
  }

  private static func byte(_ span: RawSpan, _ offset: Int) -> UInt8 {
    unsafe span.unsafeLoad(fromByteOffset: offset, as: UInt8.self)
  }
}
