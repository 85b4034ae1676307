import SansIO

/// SDES: the canonical names of sources (RFC 3550 section 6.5); other items are passed over.
public struct SourceDescription: Equatable, Sendable {
  static let packetType: UInt8 = 202

  public struct Chunk: Equatable, Sendable {
    public var ssrc: UInt32
    /// UTF-8, at most 255 bytes; nil when the chunk has none.
    public var cname: [UInt8]?

    public init(ssrc: UInt32, cname: [UInt8]?) {
      self.ssrc = ssrc
      self.cname = cname
    }
  }

  public var chunks: [Chunk]

  public init(chunks: [Chunk]) { self.chunks = chunks }

  init(parsing body: RawSpan, chunks count: Int) throws(RTPError) {
    var reader = ByteReader(body)
    chunks = []
    for _ in 0..<count {
      var chunk = Chunk(ssrc: try reader.uint32(), cname: nil)
      while true {
        let type = try reader.uint8()
        if type == 0 { break }
        let text = try reader.bytes(Int(try reader.uint8()))
        if type == 1 { chunk.cname = text }
      }
      // A chunk ends on a word boundary, with at least the one zero read above.
      try reader.pass((4 - reader.offset % 4) % 4)
      chunks.append(chunk)
    }
  }

  public func write(to writer: inout ByteWriter) {
    writer.writeRTCP(type: Self.packetType, format: UInt8(truncatingIfNeeded: min(chunks.count, 31))) { writer in
      for chunk in chunks.prefix(31) {
        writer.write(chunk.ssrc)
        let cname = (chunk.cname ?? []).prefix(255)
        if chunk.cname != nil {
          writer.write(UInt8(1))
          writer.write(UInt8(truncatingIfNeeded: cname.count))
          writer.write(cname)
        }
        let items = chunk.cname == nil ? 0 : 2 + cname.count
        for _ in 0..<4 - items % 4 { writer.write(UInt8(0)) }
      }
    }
  }
}
