import SansIO

/// One coded picture cut into RTP payloads, once for all viewers of its stream.
///
/// Immutable and shared: each viewer adds a header and its own encryption, and its retransmission history holds a
/// reference.
public final class PacketizedFrame: Sendable {
  /// The most bytes of a UDP datagram with media: under every path MTU seen in practice, IPv6 tunnels included.
  public static let maximumDatagram = 1200
  /// The longest payload. The rest of a datagram is for the fixed header (12), header extensions (16), the tag of
  /// SRTP (16) and the original sequence number of a retransmission (2, RFC 4588).
  public static let maximumPayload = maximumDatagram - 12 - HeaderExtensions.maximumLength - 16 - 2
  /// The most packets of one frame, about 900 kB; a longer one is refused by the payloaders.
  public static let maximumPackets = 800

  public let stream: StreamID
  /// The picture's time on the stream's time line in units of the payload format's clock, before a viewer's own offset.
  public let timestamp: UInt32
  /// When the picture is due on the media clock: what sender reports relate to `timestamp`.
  public let due: Instant
  public let isKeyFrame: Bool
  /// The payloads, one after the other.
  private let bytes: [UInt8]
  /// Where each payload ends in `bytes`.
  private let ends: [Int32]

  init(stream: StreamID, timestamp: UInt32, due: Instant, isKeyFrame: Bool, payloads: consuming PayloadList) {
    self.stream = stream
    self.timestamp = timestamp
    self.due = due
    self.isKeyFrame = isKeyFrame
    bytes = payloads.bytes
    ends = payloads.ends
  }

  /// How many packets the frame takes; at least one. The last carries the marker bit.
  public var packetCount: Int { ends.count }

  /// The length of all payloads together.
  public var byteCount: Int { bytes.count }

  /// Where payload `index` lies among the payloads.
  func range(at index: Int) -> Range<Int> {
    (index == 0 ? 0 : Int(ends[index - 1]))..<Int(ends[index])
  }

  /// Payload `index`.
  public func payload(at index: Int) -> [UInt8] { Array(bytes[range(at: index)]) }

  /// Writes payload `index` to `destination`, which must have room for it.
  @unsafe func copyPayload(at index: Int, to destination: UnsafeMutableRawPointer) {
    let range = range(at: index)
    unsafe bytes.withUnsafeBytes { source in
      guard let base = source.baseAddress else { return }
      unsafe destination.copyMemory(from: base + range.lowerBound, byteCount: range.count)
    }
  }
}
