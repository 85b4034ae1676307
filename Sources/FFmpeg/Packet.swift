import CFFmpeg

/// A coded packet, reused from read to read; owns one AVPacket.
///
/// Sendable: it has one owner, and libav does not tie a packet to a thread.
public struct Packet: ~Copyable, @unchecked Sendable {
  let pointer: UnsafeMutablePointer<AVPacket>

  public init() {
    guard let pointer = av_packet_alloc() else { fatalError("out of memory") }
    self.pointer = pointer
  }

  deinit {
    var pointer: UnsafeMutablePointer<AVPacket>? = pointer
    av_packet_free(&pointer)
  }

  /// The index of the track that it is of.
  public var track: Int { Int(pointer.pointee.stream_index) }
  /// When the picture is due, in the stream's time base.
  public var pts: Int64? { pointer.pointee.pts == CFFMPEG_NO_TIMESTAMP ? nil : pointer.pointee.pts }
  /// When it is to be decoded, in the stream's time base.
  public var dts: Int64? { pointer.pointee.dts == CFFMPEG_NO_TIMESTAMP ? nil : pointer.pointee.dts }
  /// In the stream's time base; 0 when unknown.
  public var duration: Int64 { max(0, pointer.pointee.duration) }
  /// Whether a packet of the container begins with it; else it is one of several, and its stamps may be guesses.
  public var beginsPacket: Bool { pointer.pointee.pos >= 0 }
  /// Whether the container knows that something of it is lost.
  public var isCorrupt: Bool { pointer.pointee.flags & AV_PKT_FLAG_CORRUPT != 0 }
  public var isKeyFrame: Bool { pointer.pointee.flags & AV_PKT_FLAG_KEY != 0 }
  public var byteCount: Int { Int(pointer.pointee.size) }
}
