import SDP
import Testing

/// What an answer makes of sections that nothing is sent in.
@Suite struct OtherSectionsTests {
  /// A section of an offer.
  private struct Section {
    var line: String
    var mid: String?
    var attributes: [String] = []

    static let opus = Section(
      line: "audio 9 UDP/TLS/RTP/SAVPF 111 0", mid: "a", attributes: ["rtpmap:111 opus/48000/2"])
    static let video = Section(line: "video 9 UDP/TLS/RTP/SAVPF 96", mid: "v", attributes: ["rtpmap:96 VP8/90000"])
    static let data = Section(line: "application 9 UDP/DTLS/SCTP webrtc-datachannel", mid: "d")

    /// Each has a transport of its own, as players offer it that do not know yet whether they are bundled.
    func lines(_ index: Int) -> [String] {
      ["m=\(line)"] + (mid.map { ["a=mid:\($0)"] } ?? [])
        + [
          "ice-ufrag:user\(index)", "ice-pwd:abcdefghijklmnopqrstuv\(index)",
          "fingerprint:\(AnswerBuilderTests.fingerprint)", "setup:actpass", "rtcp-mux", "recvonly",
        ].map { "a=\($0)" } + attributes.map { "a=\($0)" }
    }
  }

  private func offer(_ sections: [Section], bundle: String?) -> String {
    let lines =
      ["v=0", "o=- 1 1 IN IP4 0.0.0.0", "s=-", "t=0 0"] + (bundle.map { ["a=group:BUNDLE \($0)"] } ?? [])
      + sections.enumerated().flatMap { $1.lines($0) }
    return lines.map { $0 + "\r\n" }.joined()
  }

  private func answer(
    _ sections: [Section], bundle: String?
  ) throws -> (parsed: SessionDescription, session: NegotiatedSession) {
    let answer = try AnswerBuilder(AnswerBuilderTests.parameters)
      .answer(to: SessionDescription(parsing: offer(sections, bundle: bundle)))
    return (try SessionDescription(parsing: answer.text), answer.session)
  }

  @Test func `sound in the bundle rests on the transport of the video, and a data channel is refused`() throws {
    let (answer, session) = try answer([.opus, .video, .data], bundle: "a v d")
    #expect(answer.bundles == [["a", "v"]])
    #expect(answer.media.map(\.kind) == ["audio", "video", "application"])
    #expect(answer.media.map(\.port) == [8189, 8189, 0])
    #expect(answer.media.map(\.direction) == [.inactive, .sendonly, .inactive])
    // The first of the bundle owns the transport.
    #expect(session.remoteUfrag == "user0")
  }

  @Test func `every section is complete, whatever becomes of it`() throws {
    let (answer, _) = try answer([.opus, .video, .data], bundle: "v")
    #expect(answer.media.map(\.isRejected) == [true, false, true])
    for section in answer.media {
      #expect(section.iceUfrag == "Cupola01" && section.icePassword == "abcdefghijklmnopqrstuvwx")
      #expect(section.fingerprints == [AnswerBuilderTests.fingerprint] && section.setup == "passive")
      #expect(section.has("rtcp-mux") && section.mid?.isEmpty == false)
      #expect(section.kind == "application" || section.payloadFormats.count == section.formats.count)
      // Nobody is to come for a section that is refused.
      #expect(section.has("candidate") == !section.isRejected)
    }
  }

  @Test func `without a bundle only the video has a transport, which is its own`() throws {
    let (answer, session) = try answer([.opus, .video], bundle: nil)
    #expect(answer.bundles.isEmpty)
    #expect(answer.media.map(\.port) == [0, 8189])
    #expect(session.remoteUfrag == "user1")
  }

  @Test(arguments: [
    ("111 0", ["rtpmap:111 opus/48000/2"], "111 opus/48000/2"), ("0 111", ["rtpmap:111 opus/48000/2"], "0 PCMU/8000"),
    ("8", [], "8 PCMA/8000"), ("5 111", ["rtpmap:111 opus/48000/2"], "111 opus/48000/2"),
  ])
  func `the format is the first that says what it is`(formats: String, maps: [String], expected: String) throws {
    let audio = Section(line: "audio 9 UDP/TLS/RTP/SAVPF \(formats)", mid: "a", attributes: maps)
    let section = try answer([audio, .video], bundle: "a v").parsed.media[0]
    #expect(section.value(of: "rtpmap") == expected)
    #expect(section.formats == [String(expected.prefix { $0 != " " })])
    #expect(!section.isRejected)
  }

  @Test func `sections of unknown kinds, without a name and of another day are refused in their places`() throws {
    let others = [
      Section(line: "audio 9 RTP/AVP 0", mid: "p"), Section(line: "text 9 UDP/TLS/RTP/SAVPF 98", mid: "t"),
      Section(line: "image 9 udptl t38", mid: "i"), Section(line: "audio 9 UDP/TLS/RTP/SAVPF 111", mid: nil),
      Section(line: "audio 9 UDP/TLS/RTP/SAVPF 123", mid: "u"), Section(line: "hologram 0 UDP/X y", mid: "h h"),
      Section(line: "audio 0 UDP/TLS/RTP/SAVPF 0", mid: "r"), .data,
    ]
    let (answer, _) = try answer(others + [.video, .opus], bundle: "p t i u r d v a")
    #expect(answer.media.count == 10)
    #expect(answer.media.map(\.kind) == (others + [.video, .opus]).map { String($0.line.prefix { $0 != " " }) })
    #expect(answer.media.map(\.isRejected) == Array(repeating: true, count: 8) + [false, false])
    #expect(answer.bundles == [["v", "a"]])
  }

  @Test func `two sections of one name are an error, and so is no video, or no section at all`() throws {
    var twin = Section.opus
    twin.mid = "v"
    for (sections, bundle) in [([twin, .video], "v"), ([.video], "v v"), ([.opus, .data], "a d"), ([], nil)]
      as [([Section], String?)]
    {
      #expect {
        try answer(sections, bundle: bundle)
      } throws: { ($0 as? SDPError)?.code == .unacceptable }
    }
  }

  @Test func `a second video section rests in a codec of its own`() throws {
    let second = Section(
      line: "video 9 UDP/TLS/RTP/SAVPF 98 99", mid: "w",
      attributes: [
        "rtpmap:98 H264/90000", "fmtp:98 packetization-mode=0;profile-level-id=42e01f", "rtpmap:99 VP9/90000",
      ])
    let (answer, session) = try answer([second, .video], bundle: "w v")
    #expect(session.video.mid == "v")
    #expect(answer.media[0].direction == .inactive)
    #expect(answer.media[0].value(of: "fmtp") == "98 packetization-mode=0;profile-level-id=42e01f")
  }
}
