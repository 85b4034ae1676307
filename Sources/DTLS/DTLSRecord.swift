import SansIO

/// One record of DTLS 1.2 as it lies in a datagram (RFC 6347 section 4.1).
///
///      0                   1                   2                   3
///      0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
///     |     type      |            version            |    epoch      |
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
///     | … of 16 bits  |               sequence number of 48 bits …    |
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
///     |                     …                         |    length     |
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
///     | … of 16 bits  |  the fragment: what is sent, under a key from epoch 1 on
struct DTLSRecord {
  static let headerLength = 13
  static let changeCipherSpec: UInt8 = 20
  static let alert: UInt8 = 21
  static let handshake: UInt8 = 22
  static let applicationData: UInt8 = 23
  /// DTLS 1.2; first messages carry that of 1.0.
  static let version: UInt16 = 0xFEFD
  static let firstVersion: UInt16 = 0xFEFF

  let type: UInt8
  let version: UInt16
  let epoch: UInt16
  /// Header and fragment, in the datagram.
  let range: Range<Int>

  var fragment: Range<Int> { range.lowerBound + Self.headerLength..<range.upperBound }

  /// The record at `offset`; nil when there is no whole one.
  init?(in datagram: RawSpan, at offset: Int) {
    guard offset <= datagram.byteCount else { return nil }
    var reader = ByteReader(datagram.extracting(offset...))
    do {
      type = try reader.readUInt8()
      version = try reader.readUInt16()
      epoch = try reader.readUInt16()
      try reader.skip(6)
      let length = Int(try reader.readUInt16())
      guard length <= reader.remaining else { return nil }
      range = offset..<offset + Self.headerLength + length
    } catch {
      return nil
    }
  }

  /// A record in the clear.
  static func plain(
    _ type: UInt8, sequence: UInt64, version: UInt16 = DTLSRecord.version, fragment: [UInt8]
  ) -> [UInt8] {
    var writer = ByteWriter(capacity: headerLength + fragment.count)
    writer.write(type)
    writer.write(version)
    writer.write(sequence & 0xFFFF_FFFF_FFFF)
    writer.write(UInt16(truncatingIfNeeded: fragment.count))
    writer.write(fragment)
    return writer.bytes
  }
}
