import SansIO

/// PLI: a receiver has lost the picture and wants a key frame (RFC 4585 section 6.3.1).
public struct PictureLossIndication: Equatable, Sendable {
  static let format: UInt8 = 1

  public var sender: UInt32
  public var media: UInt32

  public init(sender: UInt32, media: UInt32) {
    self.sender = sender
    self.media = media
  }

  init(parsing body: RawSpan) throws(RTPError) {
    var reader = ByteReader(body)
    sender = try reader.uint32()
    media = try reader.uint32()
  }

  public func write(to writer: inout ByteWriter) {
    writer.writeRTCP(type: RTCPFeedback.payload, format: Self.format) { writer in
      writer.write(sender)
      writer.write(media)
    }
  }
}
