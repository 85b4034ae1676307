import Media
import SansIO

/// What an answer says about our side.
public struct AnswerParameters: Sendable {
  public var ufrag: String
  public var password: String
  public var fingerprint: Fingerprint
  /// The most preferred one first.
  public var candidates: [Candidate]
  /// Those that can be sent, most preferred first.
  public var videoCodecs: [VideoCodec]
  public var sessionID: UInt64
  public var ssrc: UInt32
  public var rtxSSRC: UInt32
  public var cname: String
  public var streamID: String
  public var trackID: String

  public init(
    ufrag: String, password: String, fingerprint: Fingerprint, candidates: [Candidate],
    videoCodecs: [VideoCodec] = [.h264, .vp8], sessionID: UInt64, ssrc: UInt32, rtxSSRC: UInt32,
    cname: String = "cupola", streamID: String = "cupola", trackID: String = "video"
  ) {
    self.ufrag = ufrag
    self.password = password
    self.fingerprint = fingerprint
    self.candidates = candidates
    self.videoCodecs = videoCodecs
    self.sessionID = sessionID
    self.ssrc = ssrc
    self.rtxSSRC = rtxSSRC
    self.cname = cname
    self.streamID = streamID
    self.trackID = trackID
  }
}

/// An answer and what it agreed to.
public struct Answer: Sendable {
  public var text: String
  public var session: NegotiatedSession
}
