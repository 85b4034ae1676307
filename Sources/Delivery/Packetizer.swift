import Media
import RTP
import SansIO

/// Cuts the coded pictures of a stream into RTP payloads, once for all viewers.
public struct Packetizer: Sendable {
  /// Of RTP time stamps (RFC 6184 section 8.2.1, RFC 7741 section 6.2).
  public static let clockRate: Int64 = 90_000

  public let stream: StreamID

  public init(stream: StreamID) { self.stream = stream }

  /// - Parameter due: when the picture is due on the media clock.
  /// - Returns: nil when there is nothing to send in the picture, or more than a frame can carry.
  public func packetize(_ frame: EncodedFrame, due: Instant) -> PacketizedFrame? {
    let timestamp = UInt32(truncatingIfNeeded: frame.time.ticks(at: Self.clockRate))
    let bytes = frame.data
    let data = unsafe bytes.span.bytes
    return switch frame.codec {
    case .h264:
      H264Payloader().payload(
        data, stream: stream, timestamp: timestamp, due: due, isKeyFrame: frame.isKeyFrame)
    case .vp8:
      VP8Payloader().payload(
        data, stream: stream, timestamp: timestamp, due: due, isKeyFrame: frame.isKeyFrame)
    }
  }
}
