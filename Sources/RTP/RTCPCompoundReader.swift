import SansIO

/// The packets of an RTCP compound packet that has been decrypted, one after the other, where they lie (RFC 3550 section
/// 6.1).
///
/// Reduced-size packets (RFC 5506) are taken too: no order of types is asked for.
public struct RTCPCompoundReader: ~Escapable {
  /// The most packets taken from one compound.
  static let maximumCount = 64

  private var reader: ByteReader
  private var count = 0

  /// Throws `.truncated` when there is nothing.
  @_lifetime(copy compound)
  public init(_ compound: RawSpan) throws(RTPError) {
    guard compound.byteCount > 0 else { throw RTPError(.truncated, at: 0) }
    reader = ByteReader(compound)
  }

  /// The next packet, of which no more than the header has been looked at; nil at the end.
  @_lifetime(copy self)
  public mutating func next() throws(RTPError) -> RTCPPacketBody? {
    guard reader.remaining > 0 else { return nil }
    let start = reader.offset
    guard count < Self.maximumCount else { throw RTPError(.tooMany, at: start) }
    count += 1
    let first = try reader.uint8()
    guard first >> 6 == 2 else { throw RTPError(.wrongVersion, at: start) }
    let type = try reader.uint8()
    let length = 4 * Int(try reader.uint16())
    guard length <= reader.remaining else { throw RTPError(.inconsistentLength, at: start + 2) }
    var body = try reader.span(length)
    if first & 0x20 != 0 {
      // Only the last packet of a compound may be padded (section 6.4.1).
      guard reader.remaining == 0, length > 0 else { throw RTPError(.badPadding, at: start) }
      let padding = Int(unsafe body.unsafeLoad(fromByteOffset: length - 1, as: UInt8.self))
      guard padding > 0, padding <= length, padding % 4 == 0 else {
        throw RTPError(.badPadding, at: start + 3 + length)
      }
      body = body.extracting(0..<length - padding)
    }
    return RTCPPacketBody(type: type, format: first & 0x1F, offset: start + 4, bytes: body)
  }
}
