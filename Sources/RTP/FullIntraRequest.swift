import SansIO

/// FIR: a key frame is wanted whether or not anything was lost (RFC 5104 section 4.3.1).
public struct FullIntraRequest: Equatable, Sendable {
  static let format: UInt8 = 4

  public struct Entry: Equatable, Sendable {
    public var ssrc: UInt32
    /// Rises with each new request; a repetition has the same number.
    public var sequenceNumber: UInt8

    public init(ssrc: UInt32, sequenceNumber: UInt8) {
      self.ssrc = ssrc
      self.sequenceNumber = sequenceNumber
    }
  }

  public var sender: UInt32
  public var entries: [Entry]

  public init(sender: UInt32, entries: [Entry]) {
    self.sender = sender
    self.entries = entries
  }

  init(parsing body: RawSpan) throws(RTPError) {
    var reader = ByteReader(body)
    sender = try reader.uint32()
    // The media source of the header is unused here: the entries name the sources.
    try reader.pass(4)
    entries = []
    while reader.remaining > 0 {
      entries.append(Entry(ssrc: try reader.uint32(), sequenceNumber: try reader.uint8()))
      try reader.pass(3)
    }
  }

  public func write(to writer: inout ByteWriter) {
    writer.writeRTCP(type: RTCPFeedback.payload, format: Self.format) { writer in
      writer.write(sender)
      writer.write(UInt32(0))
      for entry in entries {
        writer.write(entry.ssrc)
        writer.write(UInt32(entry.sequenceNumber) << 24)
      }
    }
  }
}
