import Testing
import WebRTC

@Suite struct PacketKindTests {
  @Test(
    arguments: [
      ([0, 1], PacketKind.stun), ([3, 255], .stun), ([20, 254], .dtls), ([63, 0], .dtls), ([128, 96], .rtp),
      ([191, 0xE0], .rtp), ([128, 192], .rtcp), ([129, 223], .rtcp), ([128, 224], .rtp), ([128, 191], .rtp),
    ] as [([UInt8], PacketKind)])
  func `the first bytes tell the protocol`(bytes: [UInt8], kind: PacketKind) {
    #expect(PacketKind(bytes.span.bytes) == kind)
  }

  @Test(arguments: [[], [0], [4, 0], [19, 0], [64, 0], [127, 0], [192, 0], [255, 255]] as [[UInt8]])
  func `anything else is nobody's`(bytes: [UInt8]) {
    #expect(PacketKind(bytes.span.bytes) == nil)
  }
}
