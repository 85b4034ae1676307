import SDP
import SansIO

/// Parses the bytes as a session description, writes it again, and answers it.
public func fuzzSDP(_ bytes: UnsafeRawBufferPointer) {
  guard let offer = try? SessionDescription(parsing: String(decoding: bytes, as: UTF8.self)) else { return }
  let text = offer.description
  if text.utf8.count <= SessionDescription.maximumSize {
    guard let again = try? SessionDescription(parsing: text) else { preconditionFailure("cannot read its own") }
    precondition(again == offer)
  }
  guard let fingerprint = Fingerprint(algorithm: .sha256, bytes: [UInt8](repeating: 0xAB, count: 32)) else { return }
  let parameters = AnswerParameters(
    ufrag: "abcdefgh", password: "abcdefghijklmnopqrstuvwx",
    fingerprint: fingerprint,
    candidates: [Candidate(host: TransportAddress(.v4(0xC000_0201), port: 8189))], sessionID: 1, ssrc: 2, rtxSSRC: 3)
  guard let answer = try? AnswerBuilder(parameters).answer(to: offer) else { return }
  guard let parsed = try? SessionDescription(parsing: answer.text) else { preconditionFailure("cannot read its own") }
  precondition(parsed.media.count == offer.media.count)
  precondition(zip(parsed.media, offer.media).allSatisfy { $0.kind == $1.kind && $0.transport == $1.transport })
  precondition(parsed.media.allSatisfy { $0.iceUfrag != nil && !$0.fingerprints.isEmpty && $0.setup == "passive" })
  let accepted = parsed.media.filter { !$0.isRejected && $0.direction != .inactive }
  precondition(accepted.count == 1 && accepted[0].mid == answer.session.video.mid)
  precondition(accepted[0].payloadTypes.first == answer.session.video.payloadType)
}
