import RTP
import WebRTC

/// What a driver tells.
public enum DeliveryEvent: Sendable, Equatable {
  /// The viewer's connection is up; its first frame waits for a key frame.
  case connected(ConnectionID)
  /// Somebody waits for a key frame of the stream. Said again while none comes.
  case needsKeyframe(StreamID)
  /// The viewer's first frame of this stream went out under this RTP time stamp.
  case switched(ConnectionID, StreamID, rtpTimestamp: UInt32)
  case closed(ConnectionID, CloseReason)
}
