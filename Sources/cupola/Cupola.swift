import ArgumentParser

/// The command line.
@main
struct Cupola: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cupola",
    abstract: "Plays 360° video and looks out of it through a fixed set of windows.",
    discussion:
      "Without a configuration and without media it shows its test card, so `cupola run` always shows something.",
    subcommands: [Run.self, Check.self, Probe.self, Snapshot.self, PIN.self, Operators.self],
    defaultSubcommand: nil)
}

/// How Cupola ends (`sysexits.h`).
extension ExitCode {
  /// The media is not what it should be.
  static let badMedia = ExitCode(65)
  /// A file that was named is not there, or cannot be read.
  static let noInput = ExitCode(66)
  /// A port or another resource is not to be had.
  static let unavailable = ExitCode(69)
  /// The result cannot be written.
  static let cannotCreate = ExitCode(73)
  /// The configuration is wrong.
  static let badConfiguration = ExitCode(78)
}
