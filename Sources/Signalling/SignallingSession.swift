import Fairness

/// One signalling connection: who speaks, what they may, how fast.
///
/// Pure: messages and time (nanoseconds of a monotonic clock) go in, actions come out. That a preset exists is for the
/// appliance to say.
public struct SignallingSession: Sendable {
  public static let messagesPerSecond = 20
  static let messageBurst = 40
  /// So many ignored messages in a row close the connection.
  static let ignoredUntilClosed = 100
  static let wrongPinsUntilClosed = 5
  /// A connection that has not said `hello` by then is closed.
  public static let helloTimeout: UInt64 = 10_000_000_000

  private enum State {
    case waiting(until: UInt64)
    case joined(Role)
    case closed
  }

  private let pin: PINGuard
  private let source: String
  private var state: State
  private var bucket = TokenBucket(burst: messageBurst, rate: Double(messagesPerSecond))
  private var ignored = 0
  private var wrongPins = 0

  /// - Parameter source: where PINs on this connection come from, as `PINGuard` wants it.
  public init(pin: PINGuard, source: String, at now: UInt64) {
    self.pin = pin
    self.source = source
    state = .waiting(until: now &+ Self.helloTimeout)
  }

  public var role: Role { if case .joined(let role) = state { role } else { .viewer } }

  public var isJoined: Bool { if case .joined = state { true } else { false } }

  /// When `advance(to:)` is needed; nil: not any more.
  public var deadline: UInt64? { if case .waiting(let until) = state { until } else { nil } }

  /// Closes a connection whose `hello` never came.
  public mutating func advance(to now: UInt64) -> [SignallingAction] {
    guard case .waiting(let until) = state, now >= until else { return [] }
    return close(1008, "no hello")
  }

  /// Takes one text message. A malformed one costs an error, a flood or an oversized one the connection.
  public mutating func receive(_ text: [UInt8], at now: UInt64) -> [SignallingAction] {
    if case .closed = state { return [] }
    guard bucket.take(at: now) else {
      ignored += 1
      if ignored >= Self.ignoredUntilClosed { return close(1008, "too many messages") }
      let error = SignallingError(.rateLimited, "Too many messages: some were ignored.")
      return ignored == 1 ? [.reply(.error(error))] : []
    }
    ignored = 0
    do {
      return try act(on: ClientMessage(parsing: text), at: now)
    } catch {
      let reply = SignallingAction.reply(.error(error))
      return error.code == .tooLarge ? [reply] + close(1009, "message too large") : [reply]
    }
  }

  private mutating func act(on message: ClientMessage, at now: UInt64) throws(SignallingError) -> [SignallingAction] {
    let id = message.id
    switch message.body {
    case .ping: return [.ping(id: id)]
    case .hello(let hello): return join(hello, id: id, at: now)
    default: break
    }
    guard case .joined(let role) = state else {
      throw SignallingError(.notJoined, "Say hello first.", id: id)
    }
    if message.body.needsOperator, role != .operator {
      throw SignallingError(.notOperator, "This needs the operator PIN.", id: id)
    }
    return switch message.body {
    case .offer(let sdp, let preset): [.answerOffer(id: id, sdp: sdp, preset: preset)]
    case .gotoPreset(let preset, let scope): [.switchPreset(id: id, preset: preset, scope: scope)]
    case .follow: [.follow(id: id)]
    case .playlist(let command): [.playlist(id: id, command)]
    case .transport(let command): [.transport(id: id, command)]
    case .setPreset(let preset): [.setPreset(id: id, preset)]
    case .removePreset(let number): [.removePreset(id: id, number: number)]
    case .candidate, .ping, .hello: []
    }
  }

  private mutating func join(_ hello: ClientMessage.Hello, id: UInt64?, at now: UInt64) -> [SignallingAction] {
    var role = role
    var actions: [SignallingAction] = []
    switch hello.pin.map({ pin.check($0, from: source, at: now) }) {
    case .right: role = .operator
    case .wrong:
      wrongPins += 1
      role = .viewer
      actions.append(.reply(.error(SignallingError(.wrongPin, "The PIN is wrong.", id: id))))
      if wrongPins >= Self.wrongPinsUntilClosed { return actions + close(1008, "too many wrong PINs") }
    case .tooMany:
      let sentence = "Too many PINs were wrong: wait a minute."
      actions.append(.reply(.error(SignallingError(.rateLimited, sentence, id: id))))
    case nil: break
    }
    state = .joined(role)
    return actions + [.join(id: id, preset: hello.preset, follow: hello.follow)]
  }

  private mutating func close(_ code: UInt16, _ reason: String) -> [SignallingAction] {
    state = .closed
    return [.close(code: code, reason: reason)]
  }
}

extension ClientMessage.Body {
  /// Whether the message changes what others see.
  var needsOperator: Bool {
    switch self {
    case .playlist, .transport, .setPreset, .removePreset, .gotoPreset(_, scope: .programme): true
    case .hello, .offer, .candidate, .gotoPreset, .follow, .ping: false
    }
  }
}
