import Fairness
import Programme

/// One signalling connection: who speaks, what they may, how fast.
///
/// Pure: messages and time (nanoseconds of a monotonic clock) go in, actions come out. Whether a command is carried out is
/// for the programme to say.
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
    case joined(OperatorGrant?)
    case closed
  }

  private let operators: Operators
  /// Where the connection comes from.
  public let source: Source
  private var state: State
  private var bucket = TokenBucket(burst: messageBurst, rate: Double(messagesPerSecond))
  private var ignored = 0
  private var wrongPins = 0

  public init(operators: Operators, source: Source, at now: UInt64) {
    self.operators = operators
    self.source = source
    state = .waiting(until: now &+ Self.helloTimeout)
  }

  /// By what the one who speaks is an operator; nil: by nothing, or not any more.
  public var grant: OperatorGrant? {
    guard case .joined(let grant?) = state, operators.holds(grant) else { return nil }
    return grant
  }

  public var role: Role { grant == nil ? .viewer : .operator }

  public var isJoined: Bool { if case .joined = state { true } else { false } }

  /// When `advance(to:)` is needed; nil: not any more.
  public var deadline: UInt64? { if case .waiting(let until) = state { until } else { nil } }

  /// Closes a connection whose `hello` never came.
  public mutating func advance(to now: UInt64) -> [SignallingAction] {
    guard case .waiting(let until) = state, now >= until else { return [] }
    return close(1008, "no hello")
  }

  /// Takes one text message. A malformed one costs an error, a flood or an oversized one the connection.
  ///
  /// - Parameter date: seconds since 1970.
  public mutating func receive(_ text: [UInt8], at now: UInt64, date: Int64 = 0) -> [SignallingAction] {
    if case .closed = state { return [] }
    guard bucket.take(at: now) else {
      ignored += 1
      if ignored >= Self.ignoredUntilClosed { return close(1008, "too many messages") }
      let error = SignallingError(.rateLimited, "Too many messages: some were ignored.")
      return ignored == 1 ? [.reply(.error(error))] : []
    }
    ignored = 0
    do {
      return try act(on: ClientMessage(parsing: text), at: now, date: date)
    } catch {
      let reply = SignallingAction.reply(.error(error))
      return error.code == .tooLarge ? [reply] + close(1009, "message too large") : [reply]
    }
  }

  private mutating func act(
    on message: ClientMessage, at now: UInt64, date: Int64
  ) throws(SignallingError) -> [SignallingAction] {
    let id = message.id
    switch message.body {
    case .ping: return [.ping(id: id)]
    case .hello(let hello): return join(hello, id: id, at: now, date: date)
    default: break
    }
    guard case .joined = state else {
      throw SignallingError(.notJoined, "Say hello first.", id: id)
    }
    return switch message.body {
    case .offer(let sdp, let preset): [.answerOffer(id: id, sdp: sdp, preset: preset)]
    case .command(let command): [.command(id: id, command)]
    case .candidate, .ping, .hello: []
    }
  }

  private mutating func join(
    _ hello: ClientMessage.Hello, id: UInt64?, at now: UInt64, date: Int64
  ) -> [SignallingAction] {
    var grant = grant
    var errors: [SignallingError] = []
    switch hello.claim.map({ operators.check($0, from: source, at: now, date: date) }) {
    case .granted(let new): grant = new
    case .wrongPIN:
      wrongPins += 1
      grant = nil
      errors.append(.wrongPIN)
    case .unknownToken:
      grant = nil
      errors.append(.unknownToken)
    case .slowed(let seconds): errors.append(.slowed(seconds: seconds))
    case nil: break
    }
    let replies = errors.map { error in
      var error = error
      error.id = id
      return SignallingAction.reply(.error(error))
    }
    if wrongPins >= Self.wrongPinsUntilClosed { return replies + close(1008, "too many wrong PINs") }
    state = .joined(grant)
    return replies + [.join(id: id, preset: hello.preset, follow: hello.follow)]
  }

  private mutating func close(_ code: UInt16, _ reason: String) -> [SignallingAction] {
    state = .closed
    return [.close(code: code, reason: reason)]
  }
}
