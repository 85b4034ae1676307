import Fairness
import Synchronization

/// What somebody shows to be an operator.
public enum OperatorClaim: Hashable, Sendable {
  case pin(String)
  case token(String)

  /// Of a text that may be either.
  public init(_ text: String) { self = OperatorToken.isOne(text) ? .token(text) : .pin(text) }
}

/// What was found to be right: by what somebody is an operator.
public struct OperatorGrant: Hashable, Sendable {
  /// The device whose token it was; nil: it was the PIN.
  public var device: String?
  /// Whom changes are logged for.
  public var name: String

  package init(device: String?, name: String) {
    self.device = device
    self.name = name
  }

  static let byPIN = OperatorGrant(device: nil, name: "the PIN")
}

public enum OperatorVerdict: Hashable, Sendable {
  case granted(OperatorGrant)
  case wrongPIN
  /// Never given out, or revoked.
  case unknownToken
  /// Nothing was compared: the PIN may be tried again in so many seconds.
  case slowed(seconds: Int)
}

/// Who is an operator: whoever knows the PIN, and the devices that did once and have a token since.
///
/// Used by every connection and request at once. Tokens are looked up by their hash, so what is kept gives none away, and
/// they are never slowed. Pure but for its lock: time and randomness are arguments, hashing is the caller's.
public final class Operators: Sendable {
  /// How often each verdict was given.
  public struct Counts: Hashable, Sendable {
    public var rightPINs: UInt64 = 0
    public var wrongPINs: UInt64 = 0
    public var slowedPINs: UInt64 = 0
    public var tokens: UInt64 = 0
    public var unknownTokens: UInt64 = 0

    package init() {}
  }

  private struct State {
    var tries: PINTries
    var devices: OperatorDevices
    var counts = Counts()
  }

  public typealias Report = @Sendable (_ verdict: OperatorVerdict, _ source: Source, _ device: String) -> Void

  private let state: Mutex<State>
  private let hash: @Sendable ([UInt8]) -> [UInt8]
  private let report: Report

  /// - Parameters:
  ///   - devices: what was kept of an earlier run.
  ///   - hash: a cryptographic one.
  ///   - report: hears of every verdict; must return at once.
  public init(
    pin: PIN, devices: [OperatorDevice] = [], hash: @escaping @Sendable ([UInt8]) -> [UInt8],
    report: @escaping Report = { _, _, _ in }
  ) {
    state = Mutex(State(tries: PINTries(pin: pin), devices: OperatorDevices(devices)))
    self.hash = hash
    self.report = report
  }

  public var counts: Counts { state.withLock { $0.counts } }

  /// In the order in which they came.
  public var devices: [OperatorDevice] { state.withLock { $0.devices.all } }

  /// - Parameters:
  ///   - device: what it calls itself, if it does; only to be reported.
  ///   - now: nanoseconds of a monotonic clock.
  ///   - date: seconds since 1970, for when the token was used last.
  public func check(
    _ claim: OperatorClaim, from source: Source, device: String = "", at now: UInt64, date: Int64
  ) -> OperatorVerdict {
    let verdict: OperatorVerdict
    switch claim {
    case .token(let text):
      let hashed = OperatorToken.bytes(of: text).map(hash)
      verdict = state.withLock { state in
        guard let hashed, let device = state.devices.use(hash: hashed, date: date) else {
          state.counts.unknownTokens += 1
          return .unknownToken
        }
        state.counts.tokens += 1
        return .granted(OperatorGrant(device: device.id, name: device.name))
      }
    case .pin(let text):
      verdict = state.withLock { state in
        switch state.tries.check(text, from: source, at: now) {
        case .right:
          state.counts.rightPINs += 1
          return .granted(.byPIN)
        case .wrong:
          state.counts.wrongPINs += 1
          return .wrongPIN
        case .slowed(let seconds):
          state.counts.slowedPINs += 1
          return .slowed(seconds: seconds)
        }
      }
    }
    report(verdict, source, OperatorDevice.tidy(device))
    return verdict
  }

  /// Whether a grant still holds: that of a device until it is revoked.
  public func holds(_ grant: OperatorGrant) -> Bool {
    guard let device = grant.device else { return true }
    return state.withLock { $0.devices.contains(device) }
  }

  /// Gives a device a token, which is told here and never again. Where there are as many as there may be, the one that
  /// was not used for longest goes.
  public func add(
    name: String, date: Int64, using random: inout some RandomNumberGenerator
  ) -> (device: OperatorDevice, token: String) {
    let token = OperatorToken.make(using: &random)
    let id = String(UInt64.random(in: 1 << 40..<1 << 44, using: &random), radix: 16)
    let device = OperatorDevice(
      id: id, name: OperatorDevice.tidy(name), hash: hash(token.bytes), added: date, used: date)
    state.withLock { $0.devices.add(device) }
    return (device, token.text)
  }

  /// False: there is no such device.
  public func revoke(_ id: String) -> Bool { state.withLock { $0.devices.remove(id) } }
}
