import SansIO

/// A piece of a handshake message (RFC 6347 section 4.2.2).
///
///      0                   1                   2                   3
///      0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
///     | message type  |       length of the whole message             |
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
///     |       message sequence        |   offset of the fragment …    |
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
///     | … of 24 bits  |           length of the fragment              |
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
struct HandshakeFragment {
  static let headerLength = 12

  let type: UInt8
  /// Of the whole message.
  let length: Int
  let sequence: UInt16
  let offset: Int
  let body: [UInt8]

  var range: Range<Int> { offset..<offset + body.count }
  var isWhole: Bool { body.count == length }

  /// The next fragment of a record; nil when it is none, or lies outside of its message.
  init?(from reader: inout ByteReader) {
    do {
      type = try reader.readUInt8()
      length = Int(try reader.readUInt24())
      sequence = try reader.readUInt16()
      offset = Int(try reader.readUInt24())
      let count = Int(try reader.readUInt24())
      guard offset + count <= length, count > 0 || length == 0 else { return nil }
      body = try reader.readBytes(count)
    } catch {
      return nil
    }
  }
}

/// A whole handshake message.
struct HandshakeMessage: Equatable {
  static let clientHello: UInt8 = 1
  static let helloVerifyRequest: UInt8 = 3
  static let certificate: UInt8 = 11
  static let serverHelloDone: UInt8 = 14
  static let certificateVerify: UInt8 = 15
  static let clientKeyExchange: UInt8 = 16

  var type: UInt8
  var sequence: UInt16
  var body: [UInt8]

  /// As one fragment: the form that is sent and the form that is signed (RFC 6347 section 4.2.6).
  var bytes: [UInt8] {
    var writer = ByteWriter(capacity: HandshakeFragment.headerLength + body.count)
    let length = UInt32(truncatingIfNeeded: body.count)
    writer.write(UInt32(type) << 24 | length)
    writer.write(sequence)
    writer.write(UInt16(0))
    // The last 8 bits of the offset, and the fragment's length.
    writer.write(length & 0xFF_FFFF)
    writer.write(body)
    return writer.bytes
  }
}
