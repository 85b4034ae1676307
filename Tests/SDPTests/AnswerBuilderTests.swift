import Media
import SDP
import SansIO
import Testing

@Suite struct AnswerBuilderTests {
  static let fingerprint = Fingerprint("SHA-256 " + Array(repeating: "a5", count: 32).joined(separator: ":"))!
  static let parameters = AnswerParameters(
    ufrag: "Cupola01", password: "abcdefghijklmnopqrstuvwx", fingerprint: fingerprint,
    candidates: [
      Candidate("candidate:1 1 udp 2130706431 192.0.2.1 8189 typ host")!,
      Candidate("candidate:2 1 udp 2130706175 2001:db8::1 8189 typ host")!,
    ], sessionID: 42, ssrc: 1000, rtxSSRC: 1001, streamID: "stream", trackID: "track")

  private func answer(_ text: String, codecs: [VideoCodec] = [.h264, .vp8]) throws -> Answer {
    var parameters = Self.parameters
    parameters.videoCodecs = codecs
    return try AnswerBuilder(parameters).answer(to: SessionDescription(parsing: text))
  }

  private func error(_ text: String) -> SDPError? {
    do throws(SDPError) {
      _ = try AnswerBuilder(Self.parameters).answer(to: SessionDescription(parsing: text))
      return nil
    } catch {
      return error
    }
  }

  @Test func `Chromium gets H.264 in constrained baseline, sound that rests, and the data section refused in place`()
    throws
  {
    let answer = try answer(BrowserOffers.chromium)
    let expected = BrowserOffers.crlf(
      """
      v=0
      o=- 42 1 IN IP4 127.0.0.1
      s=-
      t=0 0
      a=group:BUNDLE 0 1
      a=ice-lite
      a=msid-semantic:WMS stream
      m=video 8189 UDP/TLS/RTP/SAVPF 108 109
      c=IN IP4 192.0.2.1
      a=ice-ufrag:Cupola01
      a=ice-pwd:abcdefghijklmnopqrstuvwx
      a=candidate:1 1 udp 2130706431 192.0.2.1 8189 typ host
      a=candidate:2 1 udp 2130706175 2001:db8::1 8189 typ host
      a=end-of-candidates
      a=fingerprint:\(Self.fingerprint)
      a=setup:passive
      a=mid:0
      a=sendonly
      a=rtcp-mux
      a=rtcp-rsize
      a=extmap:5 http://www.webrtc.org/experiments/rtp-hdrext/playout-delay
      a=extmap:9 urn:ietf:params:rtp-hdrext:sdes:mid
      a=rtpmap:108 H264/90000
      a=fmtp:108 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f
      a=rtcp-fb:108 nack
      a=rtcp-fb:108 nack pli
      a=rtcp-fb:108 ccm fir
      a=rtpmap:109 rtx/90000
      a=fmtp:109 apt=108
      a=msid:stream track
      a=ssrc-group:FID 1000 1001
      a=ssrc:1000 cname:cupola
      a=ssrc:1001 cname:cupola
      m=audio 8189 UDP/TLS/RTP/SAVPF 111
      c=IN IP4 192.0.2.1
      a=ice-ufrag:Cupola01
      a=ice-pwd:abcdefghijklmnopqrstuvwx
      a=candidate:1 1 udp 2130706431 192.0.2.1 8189 typ host
      a=candidate:2 1 udp 2130706175 2001:db8::1 8189 typ host
      a=end-of-candidates
      a=fingerprint:\(Self.fingerprint)
      a=setup:passive
      a=mid:1
      a=inactive
      a=rtcp-mux
      a=rtpmap:111 opus/48000/2
      a=fmtp:111 minptime=10;useinbandfec=1
      m=application 0 UDP/DTLS/SCTP webrtc-datachannel
      c=IN IP4 0.0.0.0
      a=ice-ufrag:Cupola01
      a=ice-pwd:abcdefghijklmnopqrstuvwx
      a=end-of-candidates
      a=fingerprint:\(Self.fingerprint)
      a=setup:passive
      a=mid:2
      a=inactive
      a=rtcp-mux
      """)
    #expect(answer.text == expected)
    let session = answer.session
    #expect(session.remoteUfrag == "u/7o")
    #expect(session.remotePassword == "NIVsk/G8VU+gmGMJgPuvdRtv")
    #expect(session.remoteFingerprints.map(\.algorithm) == [.sha256])
    #expect(session.remoteFingerprints.first?.description.hasPrefix("sha-256 73:AB:BC:A4") == true)
    #expect(session.offersDataChannel)
    #expect(
      session.video
        == NegotiatedVideo(
          mid: "0", codec: .h264, payloadType: 108, rtxPayloadType: 109, profileLevelID: "42e01f", acceptsNACK: true,
          acceptsPLI: true, acceptsFIR: true, acceptsReducedSize: true, playoutDelayExtension: 5, midExtension: 9))
  }

  @Test func `Firefox without H.264 gets VP8`() throws {
    let answer = try answer(BrowserOffers.firefox)
    #expect(answer.session.video.codec == .vp8)
    #expect(answer.session.video.payloadType == 120)
    #expect(answer.session.video.rtxPayloadType == 124)
    #expect(answer.session.video.playoutDelayExtension == 6)
    #expect(answer.session.remoteFingerprints.first?.description.hasPrefix("sha-256 6C:37:10") == true)
    #expect(answer.text.contains("a=rtpmap:120 VP8/90000\r\n"))
    #expect(answer.text.contains("a=extmap:6/sendonly http://www.webrtc.org/experiments/rtp-hdrext/playout-delay\r\n"))
    #expect(!answer.text.contains("H264"))
    let parsed = try SessionDescription(parsing: answer.text)
    #expect(parsed.media.map(\.isRejected) == [false, false, true])
  }

  @Test func `Firefox with H.264 gets it in packetization-mode 1`() throws {
    let video = try answer(BrowserOffers.firefoxH264).session.video
    #expect(video.codec == .h264)
    #expect(video.payloadType == 126)
    #expect(video.rtxPayloadType == 127)
    #expect(try answer(BrowserOffers.firefoxH264, codecs: [.vp8, .h264]).session.video.codec == .vp8)
  }

  @Test(
    arguments: [
      (["4d001f", "42001f", "42e01f"], 98), (["f4001f", "640c1f", "4d001f"], 98), (["f4001f", "42001f"], 97),
      (["42E034", "42e01f"], 96), (["zzz", "640c1f"], 96),
    ] as [([String], UInt8)])
  func `of several profiles the nearest to constrained baseline is taken`(profiles: [String], expected: UInt8) throws {
    let formats = profiles.enumerated().map { index, profile in
      "a=rtpmap:\(96 + index) H264/90000\na=fmtp:\(96 + index) packetization-mode=1;profile-level-id=\(profile)"
    }
    let offer = minimal(formats: profiles.indices.map { 96 + $0 }, lines: formats)
    #expect(try answer(offer).session.video.payloadType == expected)
  }

  @Test func `payload types under 64 and feedback for all are understood`() throws {
    let offer = minimal(
      formats: [35, 36],
      lines: ["a=fmtp:36 apt=35", "a=rtcp-fb:* nack", "a=rtpmap:36 rtx/90000", "a=rtpmap:35 vp8/90000"])
    let video = try answer(offer).session.video
    #expect(video.payloadType == 35)
    #expect(video.rtxPayloadType == 36)
    #expect(video.acceptsNACK)
    #expect(!video.acceptsPLI)
    #expect(video.playoutDelayExtension == nil)
  }

  @Test func `a bundled section takes the transport from the first of its bundle`() throws {
    var offer = try SessionDescription(parsing: BrowserOffers.chromium)
    offer.media.swapAt(0, 1)
    offer.attributes[0] = SDPAttribute("group", "BUNDLE 1 0 2")
    offer.media[1].attributes.removeAll { ["ice-ufrag", "ice-pwd", "fingerprint", "setup"].contains($0.name) }
    offer.media[1].attributes.append(SDPAttribute("bundle-only"))
    offer.media[1].port = 0
    let answer = try AnswerBuilder(Self.parameters).answer(to: offer)
    #expect(answer.session.remoteUfrag == "u/7o")
    #expect(answer.text.contains("a=group:BUNDLE 1 0\r\n"))
    #expect(try SessionDescription(parsing: answer.text).media.map(\.kind) == ["audio", "video", "application"])
  }

  @Test func `the first candidate is the default destination, whatever its family`() throws {
    var parameters = Self.parameters
    parameters.candidates.reverse()
    let offer = try SessionDescription(parsing: BrowserOffers.chromium)
    #expect(try AnswerBuilder(parameters).answer(to: offer).text.contains("c=IN IP6 2001:db8::1\r\n"))
    parameters.candidates = []
    #expect(try AnswerBuilder(parameters).answer(to: offer).text.contains("m=video 9 "))
  }

  @Test func `an offer without a codec of ours is told so`() throws {
    let offer = minimal(formats: [96], lines: ["a=rtpmap:96 AV1/90000"])
    #expect(error(offer)?.code == .noCommonCodec)
    #expect(error(offer)?.reason.contains("H.264") == true)
    let mode0 = minimal(formats: [96], lines: ["a=rtpmap:96 H264/90000", "a=fmtp:96 packetization-mode=0"])
    #expect(error(mode0)?.code == .noCommonCodec)
  }

  @Test(arguments: [
    ("a=recvonly", "a=sendonly"), ("a=recvonly", "a=inactive"), ("a=rtcp-mux", "a=x"),
    ("a=setup:actpass", "a=setup:passive"),
    ("a=ice-ufrag:abcd", "a=x"), ("a=fingerprint:sha-256", "a=fingerprint:sha-256 zz"), ("a=mid:v", "a=mid:v w"),
    ("m=video 9", "m=video 0"), ("m=video", "m=audio"), ("a=ice-options:trickle", "a=ice-lite"), ("UDP/TLS", "UDP"),
  ])
  func `an offer that lacks what WebRTC needs is unacceptable`(line: String, replacement: String) throws {
    let offer = minimal(formats: [96], lines: ["a=rtpmap:96 VP8/90000"])
    #expect(error(offer) == nil)
    #expect(error(offer.replacing(line, with: replacement))?.code == .unacceptable)
  }

  @Test func `a section without a direction takes the session's, or receives`() throws {
    let offer = minimal(formats: [96], lines: ["a=rtpmap:96 VP8/90000"]).replacing("a=recvonly\r\n", with: "")
    #expect(error(offer) == nil)
    #expect(error(offer.replacing("t=0 0\r\n", with: "t=0 0\r\na=sendonly\r\n"))?.code == .unacceptable)
  }

  @Test func `the largest offer that is read is answered`() throws {
    var lines = (0..<128).map { "a=rtpmap:\($0) H264/90000\na=fmtp:\($0) packetization-mode=1" }
    while lines.reduce(0, { $0 + $1.utf8.count + 2 }) < 15000 { lines.append("a=fmtp:127 x=\(lines.count)") }
    #expect(try answer(minimal(formats: Array(0..<128), lines: lines)).session.video.payloadType == 0)
  }

  private func minimal(formats: [Int], lines: [String]) -> String {
    BrowserOffers.crlf(
      """
      v=0
      o=- 1 1 IN IP4 0.0.0.0
      s=-
      t=0 0
      a=ice-options:trickle
      m=video 9 UDP/TLS/RTP/SAVPF \(formats.map(String.init).joined(separator: " "))
      a=ice-ufrag:abcd
      a=ice-pwd:abcdefghijklmnopqrstuv
      a=fingerprint:\(Self.fingerprint)
      a=setup:actpass
      a=mid:v
      a=recvonly
      a=rtcp-mux
      \(lines.joined(separator: "\n"))
      """)
  }
}
