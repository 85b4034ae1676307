import Fairness
import Signalling

/// Takes the bytes as one message, and then as one a line to a session that belongs to an operator.
public func fuzzSignallingJSON(_ bytes: UnsafeRawBufferPointer) {
  let text = Array(bytes)
  do {
    let message = try ClientMessage(parsing: text)
    precondition(message.id ?? 0 <= ClientMessage.maximumID)
    if case .command(.setPreset(let preset)) = message.body {
      precondition((-180...180).contains(preset.yaw) && (10...150).contains(preset.fov))
      precondition(!ServerMessage.json(preset).isEmpty)
    }
  } catch {
    precondition(ServerMessage.error(error).encoded().count > 2)
  }
  guard let pin = PIN("4711") else { preconditionFailure("four digits are a PIN") }
  let operators = Operators(pin: pin, hash: { $0 })
  var session = SignallingSession(operators: operators, source: .address(0xC000_0201), at: 0)
  var now: UInt64 = 0
  func feed(_ message: [UInt8]) {
    now += 50_000_000
    let actions = session.receive(message, at: now)
    precondition(actions.count <= 3)
    for case .reply(let reply) in actions { precondition(reply.encoded().count > 2) }
  }
  feed(Array(#"{"type":"hello","pin":"4711"}"#.utf8))
  precondition(session.role == .operator)
  for line in text.split(separator: UInt8(ascii: "\n")) { feed(Array(line)) }
}
