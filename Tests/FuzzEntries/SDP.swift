import SDP

/// Parses the bytes as a session description, writes it again, and answers it.
public func fuzzSDP(_ bytes: UnsafeRawBufferPointer) {
  guard let offer = try? SessionDescription(parsing: String(decoding: bytes, as: UTF8.self)) else { return }
  let text = offer.description
  if text.utf8.count <= SessionDescription.maximumSize {
    guard let again = try? SessionDescription(parsing: text) else { preconditionFailure("cannot read its own") }
    precondition(again == offer)
  }
  let parameters = AnswerParameters(
    ufrag: "abcdefgh", password: "abcdefghijklmnopqrstuvwx",
    fingerprint: Fingerprint(algorithm: "sha-256", value: Array(repeating: "AB", count: 32).joined(separator: ":")),
    candidates: ["candidate:1 1 udp 2130706431 192.0.2.1 8189 typ host"], sessionID: 1, ssrc: 2, rtxSSRC: 3)
  guard let answer = try? AnswerBuilder(parameters).answer(to: offer) else { return }
  guard let parsed = try? SessionDescription(parsing: answer.text) else { preconditionFailure("cannot read its own") }
  precondition(parsed.media.count == offer.media.count)
  precondition(zip(parsed.media, offer.media).allSatisfy { $0.kind == $1.kind && $0.transport == $1.transport })
  precondition(parsed.media.allSatisfy { $0.iceUfrag != nil && !$0.fingerprints.isEmpty && $0.setup == "passive" })
  let accepted = parsed.media.filter { !$0.isRejected && $0.direction != .inactive }
  precondition(accepted.count == 1 && accepted[0].mid == answer.session.video.mid)
  precondition(accepted[0].payloadTypes.first == answer.session.video.payloadType)
}
