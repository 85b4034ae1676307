import Foundation
import Logging

/// The number that lets somebody change what others see.
public enum OperatorPIN {
  private static let file = "operator-pin"

  /// The configured PIN, else the one made at the first start.
  ///
  /// Where none can be kept, one is made for this run: a box whose disk is full still has an operator.
  static func find(configured: String?, in directory: StateDirectory, log: Logger) -> String {
    if let configured { return configured }
    if let kept = read(in: directory) { return kept }
    let made = (0..<6).map { _ in String(Int.random(in: 0...9)) }.joined()
    do {
      try directory.write(made + "\n", to: file)
    } catch {
      log.warning("The operator PIN is for this run only: \(directory.path) cannot be written")
    }
    return made
  }

  /// The PIN that was made at an earlier start; nil: there is none, or it cannot be read.
  public static func read(in directory: StateDirectory) -> String? {
    guard let kept = directory.read(file)?.trimmingCharacters(in: .whitespacesAndNewlines), isPIN(kept) else {
      return nil
    }
    return kept
  }

  private static func isPIN(_ text: String) -> Bool {
    (4...12).contains(text.utf8.count) && text.utf8.allSatisfy { (48...57).contains($0) }
  }
}
