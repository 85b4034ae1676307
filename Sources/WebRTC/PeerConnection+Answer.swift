import ICE
import SDP
import SansIO

extension PeerConnection {
  /// Parses and answers `offer`.
  static func answer(
    _ offer: String, as local: ICECredentials, identity: StreamIdentity, configuration: PeerConfiguration
  ) throws(PeerError) -> Answer {
    let candidates = configuration.localAddresses.enumerated().map { index, address in
      Candidate(host: address, preference: .max - UInt16(truncatingIfNeeded: index))
    }
    let parameters = AnswerParameters(
      ufrag: local.ufrag, password: local.password,
      fingerprint: configuration.certificate.fingerprint, candidates: candidates, videoCodecs: configuration.codecs,
      sessionID: identity.sessionID, ssrc: identity.ssrc, rtxSSRC: identity.rtxSSRC, cname: identity.cname)
    do throws(SDPError) {
      return try AnswerBuilder(parameters).answer(to: SessionDescription(parsing: offer))
    } catch {
      throw .offer(error)
    }
  }
}
