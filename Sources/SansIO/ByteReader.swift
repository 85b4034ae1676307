/// Why bytes could not be read: the input ended at `offset` while more was needed.
public struct TruncatedInput: Error, Equatable, Sendable {
  public var offset: Int

  public init(offset: Int) { self.offset = offset }
}

/// Reads big-endian integers (network order, RFC 1700) off a span, front to back.
///
/// Every read checks the bounds and throws `TruncatedInput`; nothing here traps on what a peer sent.
public struct ByteReader: ~Escapable {
  private let span: RawSpan
  /// How many bytes have been read.
  public private(set) var offset = 0

  @_lifetime(copy span)
  public init(_ span: RawSpan) { self.span = span }

  /// How many bytes are left.
  public var remaining: Int { span.byteCount - offset }

  public mutating func readUInt8() throws(TruncatedInput) -> UInt8 {
    guard remaining >= 1 else { throw TruncatedInput(offset: offset) }
    defer { offset += 1 }
    return unsafe span.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt8.self)
  }

  public mutating func readUInt16() throws(TruncatedInput) -> UInt16 { try read() }

  public mutating func readUInt24() throws(TruncatedInput) -> UInt32 {
    guard remaining >= 3 else { throw TruncatedInput(offset: offset) }
    return UInt32(try readUInt8()) << 16 | UInt32(try readUInt16())
  }

  public mutating func readUInt32() throws(TruncatedInput) -> UInt32 { try read() }

  public mutating func readUInt64() throws(TruncatedInput) -> UInt64 { try read() }

  /// Reads the next `count` bytes as a copy.
  public mutating func readBytes(_ count: Int) throws(TruncatedInput) -> [UInt8] {
    guard count >= 0, remaining >= count else { throw TruncatedInput(offset: offset) }
    defer { offset += count }
    return unsafe span.extracting(offset..<offset + count).withUnsafeBytes { unsafe [UInt8]($0) }
  }

  /// The next `count` bytes, without a copy.
  @_lifetime(copy self)
  public mutating func readSpan(_ count: Int) throws(TruncatedInput) -> RawSpan {
    guard count >= 0, remaining >= count else { throw TruncatedInput(offset: offset) }
    let start = offset
    offset += count
    return span.extracting(start..<start + count)
  }

  public mutating func skip(_ count: Int) throws(TruncatedInput) {
    guard count >= 0, remaining >= count else { throw TruncatedInput(offset: offset) }
    offset += count
  }

  private mutating func read<Value: FixedWidthInteger & BitwiseCopyable>() throws(TruncatedInput) -> Value {
    guard remaining >= MemoryLayout<Value>.size else { throw TruncatedInput(offset: offset) }
    defer { offset += MemoryLayout<Value>.size }
    return Value(bigEndian: unsafe span.unsafeLoadUnaligned(fromByteOffset: offset, as: Value.self))
  }
}
