import SDP
import SansIO
import Testing

@Suite struct SessionDescriptionTests {
  @Test func `an offer of a browser is written as it was read`() throws {
    for text in [BrowserOffers.chromium, BrowserOffers.firefox, BrowserOffers.firefoxH264] {
      let offer = try SessionDescription(parsing: text)
      #expect(offer.media.map(\.kind) == ["video", "audio", "application"])
      #expect(offer.bundles == [["0", "1", "2"]])
      #expect(offer.description == text)
      #expect(try SessionDescription(parsing: text.replacing("\r\n", with: "\n")) == offer)
    }
  }

  @Test func `a port of zero with bundle-only is no rejection`() throws {
    let offer = try SessionDescription(parsing: BrowserOffers.firefox)
    #expect(offer.media.map(\.port) == [9, 0, 0])
    #expect(offer.media.map(\.isRejected) == [false, false, false])
    #expect(MediaDescription(kind: "video", port: 0, transport: "UDP/TLS/RTP/SAVPF", formats: ["96"]).isRejected)
  }

  @Test func `parameters are found whatever the order of the attributes`() throws {
    let offer = try SessionDescription(parsing: BrowserOffers.firefoxH264)
    let formats = offer.media[0].payloadFormats
    #expect(formats.map(\.payloadType) == offer.media[0].payloadTypes)
    let h264 = try #require(formats.first { $0.payloadType == 126 })
    #expect(h264.map == RTPMap(payloadType: 126, encoding: "H264", clockRate: 90000))
    #expect(h264.parameters["PROFILE-LEVEL-ID"] == "42e01f")
    #expect(h264.feedback == ["nack", "nack pli", "ccm fir", "goog-remb", "transport-cc"])
  }

  @Test func `an extension that is encrypted does not pass for the plain one`() throws {
    let plain = try #require(ExtensionMap("6/recvonly \(ExtensionMap.playoutDelay)"))
    #expect(plain.id == 6)
    #expect(plain.direction == .recvonly)
    let encrypted = try #require(ExtensionMap("7 urn:ietf:params:rtp-hdrext:encrypt \(ExtensionMap.mid)"))
    #expect(encrypted.uri == "urn:ietf:params:rtp-hdrext:encrypt")
    #expect(encrypted.attributes == ExtensionMap.mid)
    for text in ["", "0 urn:x", "1", "x urn:x", "1/both urn:x", "70000 urn:x"] { #expect(ExtensionMap(text) == nil) }
  }

  private static let start = "v=0\r\no=x\r\n"
  private static let refused: [(String, Int?)] = [
    ("", nil), ("v=1\r\n", 1), ("o=- 1 1 IN IP4 0.0.0.0\r\n", 1), ("v=0\r\n", nil), ("v=0\r\no=x\rs=-\r\n", 2),
    (start + "o=y\r\n", 3), (start + "hello\r\n", 3), (start + "a=\r\n", 3), (start + "q=1\r\n", 3),
    (start + "m=video 9 RTP/AVP\r\n", 3), (start + "m=video 65536 RTP/AVP 0\r\n", 3), (start + "s=\u{0}\r\n", 3),
  ]

  @Test(arguments: refused)
  func `what is no session description is refused with its line`(text: String, line: Int?) {
    #expect(error(text)?.code == .malformed)
    #expect(error(text)?.line == line)
  }

  @Test func `what is too much of anything is refused`() {
    #expect(error("\(Self.start)a=\(String(repeating: "x", count: 4096))\r\n")?.line == 3)
    #expect(error("\(Self.start)m=video 9 RTP/AVP\(String(repeating: " 1", count: 129))\r\n")?.line == 3)
    #expect(error("\(Self.start)\(String(repeating: "m=video 9 RTP/AVP 0\n", count: 33))")?.line == 35)
    #expect(error("\(Self.start)\(String(repeating: "a=x\n", count: 4096))")?.reason.contains("16 KiB") == true)
  }

  /// What one line names for all payload types, and what each line of a type adds, is bounded: the work is that of the
  /// text's length, not of the product of two parts of it.
  @Test(arguments: [1, 2, 4, 8])
  func `what an offer makes of each of its formats is bounded, however much it says of all of them`(share: Int) throws {
    let types = (0..<16 * share).map { "\($0)" }.joined(separator: " ")
    var text = "\(Self.start)m=video 9 UDP/TLS/RTP/SAVPF \(types)\n"
    for type in 0..<16 * share { text += "a=rtpmap:\(type) VP8/90000\n" }
    for number in 0..<64 * share { text += "a=rtcp-fb:* x\(number)\n" }
    for number in 0..<20 * share { text += "a=fmtp:0 a\(number)=1;b\(number)\n" }
    text += "a=fmtp:1 " + String(repeating: "\u{C9};", count: 30 * share) + "last=1\n"
    let formats = try SessionDescription(parsing: text).media[0].payloadFormats
    #expect(formats.count == 16 * share)
    #expect(formats.allSatisfy { $0.feedback.count <= 32 })
    #expect((0..<20 * share).count { formats[0].parameters["a\($0)"] != nil } <= 64)
    #expect((formats[1].parameters["last"] != nil) == (30 * share < 64))
  }

  private func error(_ text: String) -> SDPError? {
    do throws(SDPError) {
      _ = try SessionDescription(parsing: text)
      return nil
    } catch {
      return error
    }
  }

  @Test(arguments: ["sha-256", "sha-256 AA", "sha-256 " + String(repeating: "AG:", count: 31) + "AA", "sha-256 AA BB"])
  func `what is no fingerprint is passed over`(text: String) { #expect(Fingerprint(text) == nil) }
}
