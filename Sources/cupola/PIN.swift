import Appliance
import ArgumentParser
import CupolaConfiguration
import Fairness
import Persistence

/// `cupola pin`: what the operator has to know.
struct PIN: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pin",
    abstract: "Tell the operator PIN.",
    discussion: """
      Needs the rights of whoever runs Cupola: `sudo cupola pin` for the service. Exit code 66: there is none yet, or it \
      cannot be read.
      """)

  @OptionGroup var options: ConfigurationOptions

  func run() throws { print(try Self.find(in: try options.load())) }

  /// The PIN that `cupola run` with that configuration has; says why there is none, and ends with 66.
  static func find(in configuration: ApplianceConfiguration) throws -> Fairness.PIN {
    let directories =
      configuration.stateDirectory.map { [StateDirectory(configured: $0)] }
      ?? [StateDirectory(configured: StateDirectory.ofService), StateDirectory(configured: nil)]
    if let pin = configuration.operator.pin.flatMap({ Fairness.PIN($0) })
      ?? directories.lazy.compactMap(OperatorPIN.read).first
    {
      return pin
    }
    complain("There is no operator PIN in \(directories.map(\.path).joined(separator: " or ")).")
    throw ExitCode.noInput
  }
}
