import Fairness
import Foundation
import Logging
import Persistence

/// Where the PIN comes from that lets somebody change what others see.
public enum OperatorPIN {
  private static let file = "operator-pin"

  /// The configured PIN, else the one made at the first start.
  ///
  /// Where none can be kept, one is made for this run: a box whose disk is full still has an operator.
  static func find(configured: String?, in directory: StateDirectory, log: Logger) -> PIN {
    if let configured = configured.flatMap({ PIN($0) }) { return configured }
    if let kept = read(in: directory) { return kept }
    var random = SystemRandomNumberGenerator()
    let made = PIN(using: &random)
    do {
      try directory.write(made.description + "\n", to: file)
    } catch {
      log.warning("The operator PIN is for this run only: \(directory.path) cannot be written")
    }
    return made
  }

  /// The PIN that was made at an earlier start, by this version or an older one; nil: there is none, or it cannot be
  /// read.
  public static func read(in directory: StateDirectory) -> PIN? {
    directory.read(file).flatMap { PIN($0.trimmingCharacters(in: .whitespacesAndNewlines)) }
  }
}
