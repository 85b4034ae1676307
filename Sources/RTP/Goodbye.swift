import SansIO

/// BYE: sources that are leaving (RFC 3550 section 6.6). The reason in words is not kept.
public struct Goodbye: Equatable, Sendable {
  static let packetType: UInt8 = 203

  public var sources: [UInt32]

  public init(sources: [UInt32]) { self.sources = sources }

  init(parsing body: RawSpan, sources count: Int) throws(RTPError) {
    var reader = ByteReader(body)
    sources = []
    for _ in 0..<count { sources.append(try reader.uint32()) }
  }

  public func write(to writer: inout ByteWriter) {
    writer.writeRTCP(type: Self.packetType, format: UInt8(truncatingIfNeeded: min(sources.count, 31))) { writer in
      for source in sources.prefix(31) { writer.write(source) }
    }
  }
}
