import Delivery
import RTP
import SansIO

/// An H.264 access unit of no picture: parameter sets before a key frame, slices that name their stream and number.
func syntheticFrame(_ stream: StreamID, number: UInt32, isKeyFrame: Bool, byteCount: Int = 3000) -> PacketizedFrame {
  var bytes: [UInt8] = []
  if isKeyFrame { bytes += [0, 0, 0, 1, 0x67, 0x42, 0xE0, 0x1F, 0xAA, 0, 0, 0, 1, 0x68, 0xCE, 0x3C, 0x80] }
  bytes += [
    0, 0, 0, 1, isKeyFrame ? 0x65 : 0x41, UInt8(truncatingIfNeeded: stream.number),
    UInt8(truncatingIfNeeded: number | 1),
  ]
  bytes += Array(repeating: 0xA5, count: byteCount)
  let frame = H264Payloader().payload(
    bytes.span.bytes, stream: stream, timestamp: number &* 3000, due: Instant(nanoseconds: 0), isKeyFrame: isKeyFrame)
  guard let frame else { preconditionFailure("a frame of \(byteCount) bytes has packets") }
  return frame
}
