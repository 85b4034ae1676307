import DTLS
import ICE
import Media
import SDP
import SansIO

/// Why an answer is of no use to the test peer.
public enum TestPeerError: Error, Sendable {
  case noVideo, noTransport, noCandidate, noSource
}

/// What the test peer reads off an answer.
struct AnswerReading {
  var credentials: ICECredentials
  var fingerprints: [Fingerprint]
  var remote: TransportAddress
  var codec: VideoCodec
  var payloadType: UInt8
  var retransmissionType: UInt8?
  var source: UInt32
  var retransmissionSource: UInt32?
  var acceptsNACK: Bool

  /// - Parameter isV6: which kind of candidate is wanted.
  init(_ text: String, isV6: Bool) throws {
    let answer = try SessionDescription(parsing: text)
    guard let video = answer.media.first(where: { $0.kind == "video" && !$0.isRejected }),
      let format = video.payloadFormats.first,
      let codec = VideoCodec.allCases.first(where: { $0.encoding == format.map.encoding })
    else { throw TestPeerError.noVideo }
    guard let ufrag = video.iceUfrag, let password = video.icePassword,
      let credentials = ICECredentials(ufrag: ufrag, password: password)
    else { throw TestPeerError.noTransport }
    let candidates = video.values(of: "candidate").compactMap { Candidate("candidate:" + $0)?.address }
    guard let remote = candidates.first(where: { $0.ip.isV6 == isV6 }) else { throw TestPeerError.noCandidate }
    let sources = video.values(of: "ssrc").compactMap { $0.split(separator: " ").first.flatMap { UInt32($0) } }
    guard let source = sources.first else { throw TestPeerError.noSource }
    self.credentials = credentials
    fingerprints = video.fingerprints
    self.remote = remote
    self.codec = codec
    payloadType = format.payloadType
    retransmissionType = video.payloadFormats.first { $0.map.encoding == "rtx" }?.payloadType
    self.source = source
    retransmissionSource = sources.dropFirst().first
    acceptsNACK = format.feedback.contains("nack")
  }
}
