import ICE
import SDP
import SansIO

/// Parses the bytes as a STUN message, writes it again, and lets an agent take them; as text, they may be a candidate.
public func fuzzSTUN(_ bytes: UnsafeRawBufferPointer) {
  let span = bytes.bytes
  let username = STUNMessage.username(of: span)
  if let message = try? STUNMessage.parse(span) {
    precondition(message.attributes.count <= STUNMessage.maximumAttributes)
    precondition(!message.isAuthentic(in: span, password: "not the password"))
    if username != nil { precondition(message.messageClass == .request) }
    let encoded = message.encoded(password: "secret")
    guard let again = try? STUNMessage.parse(encoded.span.bytes) else { preconditionFailure("cannot read its own") }
    precondition(again.attributes == message.attributes && again.transaction == message.transaction)
    precondition(again.messageClass == message.messageClass && again.method == message.method)
    precondition(again.isAuthentic(in: encoded.span.bytes, password: "secret"))
  }
  var generator = SeededGenerator(seed: 1)
  let (lite, remote) = (ICECredentials(random: &generator), ICECredentials(random: &generator))
  var agent = ICEAgent(lite: lite, remote: remote, random: &generator)
  let peer = TransportAddress(.loopbackV4, port: 1)
  agent.receive(
    span, on: NetworkPath(local: TransportAddress(.loopbackV4, port: 2), remote: peer), at: Instant(nanoseconds: 0))
  precondition(agent.pollOutput() == nil && !agent.isVerified(peer))

  if let candidate = Candidate(String(decoding: bytes, as: UTF8.self)) {
    precondition(Candidate(candidate.description) == candidate)
  }
}
