import Clocks
import Fairness
import Logging
import Persistence
import SansIO
import Signalling
import WebServer

/// Lets operators in: their PIN, their devices, and where somebody comes from.
///
/// Used from every thread but those of media.
final class OperatorDoor: Sendable {
  let pin: PIN
  let operators: Operators
  /// Whose address it is: the machine, for all that is shared out among machines.
  let sourceOf: @Sendable (IPAddress) -> Source
  private let keeper: OperatorKeeper

  init(
    configuredPIN: String?, directory: StateDirectory, sourceOf: @escaping @Sendable (IPAddress) -> Source, log: Logger
  ) {
    self.sourceOf = sourceOf
    pin = OperatorPIN.find(configured: configuredPIN, in: directory, log: log)
    keeper = OperatorKeeper(pin: pin, directory: directory, log: log)
    operators = Operators(pin: pin, devices: keeper.kept, hash: SHA256.hash) { verdict, source, device in
      Self.tell(verdict, source, device, log)
    }
  }

  func check(_ claim: OperatorClaim, from source: Source, device: String) -> OperatorVerdict {
    operators.check(
      claim, from: source, device: device, at: UInt64(clamping: MonotonicTime.now), date: MonotonicTime.date)
  }

  /// Gives a device a token, which holds for this run even where the disk does not take it.
  func add(_ name: String) async -> (device: OperatorDevice, token: String) {
    var random = SystemRandomNumberGenerator()
    let added = operators.add(name: name, date: MonotonicTime.date, using: &random)
    _ = await save()
    return added
  }

  /// Whether it will last: false when the disk did not take it.
  func save() async -> Bool { await keeper.save { [operators] in operators.devices } }

  func saveUse() { keeper.saveUse { [operators] in operators.devices } }

  private static func tell(_ verdict: OperatorVerdict, _ source: Source, _ device: String, _ log: Logger) {
    let who: Logger.Metadata = ["source": "\(source)", "device": "\(device)"]
    switch verdict {
    case .granted: break
    case .wrongPIN: log.warning("A wrong operator PIN", metadata: who)
    case .unknownToken: log.warning("An operator's token that is unknown, or revoked", metadata: who)
    case .slowed(let seconds):
      let wait: Logger.Metadata = ["wait": "\(seconds) s"]
      log.warning("An operator PIN was not looked at: too many were wrong", metadata: who.merging(wait) { $1 })
    }
  }
}
