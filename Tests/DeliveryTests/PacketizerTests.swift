import Delivery
import Media
import RTP
import SansIO
import Testing

@Suite struct PacketizerTests {
  private let due = Instant(nanoseconds: 7)

  private func frame(_ codec: VideoCodec, _ data: [UInt8], at seconds: Double) -> EncodedFrame {
    EncodedFrame(data: data, codec: codec, time: MediaTime(seconds: seconds), isKeyFrame: true, encodedAt: 0)
  }

  @Test func `a picture keeps its stream, its time and when it is due, whatever its codec`() throws {
    let pictures = [
      frame(.h264, [0, 0, 0, 1, 0x65, 1, 2, 3], at: 1.5), frame(.vp8, [0x10, 1, 2, 3], at: 1.5),
    ]
    for picture in pictures {
      let packets = try #require(Packetizer(stream: StreamID(9)).packetize(picture, due: due))
      #expect(packets.stream == StreamID(9) && packets.timestamp == 135_000 && packets.due == due)
      #expect(packets.isKeyFrame && packets.packetCount == 1)
    }
  }

  @Test func `what has no picture in it, or more than a frame can carry, becomes nothing`() {
    for codec in VideoCodec.allCases {
      #expect(Packetizer(stream: StreamID(1)).packetize(frame(codec, [], at: 0), due: due) == nil)
      let long = [0, 0, 0, 1, 0x65] + [UInt8](repeating: 1, count: 2_000_000)
      #expect(Packetizer(stream: StreamID(1)).packetize(frame(codec, long, at: 0), due: due) == nil)
    }
  }
}
