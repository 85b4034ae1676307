import SansIO

/// The reads of `ByteReader` with the error of this module's parsers.
extension ByteReader {
  mutating func uint8() throws(RTPError) -> UInt8 {
    do { return try readUInt8() } catch { throw RTPError(.truncated, at: error.offset) }
  }

  mutating func uint16() throws(RTPError) -> UInt16 {
    do { return try readUInt16() } catch { throw RTPError(.truncated, at: error.offset) }
  }

  mutating func uint24() throws(RTPError) -> UInt32 {
    do { return try readUInt24() } catch { throw RTPError(.truncated, at: error.offset) }
  }

  mutating func uint32() throws(RTPError) -> UInt32 {
    do { return try readUInt32() } catch { throw RTPError(.truncated, at: error.offset) }
  }

  mutating func uint64() throws(RTPError) -> UInt64 {
    do { return try readUInt64() } catch { throw RTPError(.truncated, at: error.offset) }
  }

  mutating func bytes(_ count: Int) throws(RTPError) -> [UInt8] {
    do { return try readBytes(count) } catch { throw RTPError(.truncated, at: error.offset) }
  }

  @_lifetime(copy self)
  mutating func span(_ count: Int) throws(RTPError) -> RawSpan {
    do { return try readSpan(count) } catch { throw RTPError(.truncated, at: error.offset) }
  }

  mutating func pass(_ count: Int) throws(RTPError) {
    do { try skip(count) } catch { throw RTPError(.truncated, at: error.offset) }
  }
}
