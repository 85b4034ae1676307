import ArgumentParser
import CupolaConfiguration
import Foundation

/// Where the configuration comes from, for every verb that needs one.
struct ConfigurationOptions: ParsableArguments {
  static let standardFile = "/etc/cupola/cupola.yaml"

  @Option(
    help: "The configuration file; without it \(ConfigurationOptions.standardFile) if it is there, else the defaults.")
  var config: String?

  /// Why there is no configuration, in words for people, and the exit code that says it to programs.
  struct Failure: Error, CustomStringConvertible {
    var description: String
    var exitCode: ExitCode
  }

  /// Reads the configuration; says on standard error what is wrong with it, and ends with 78 (66: it cannot be read).
  func load() throws -> ApplianceConfiguration {
    do throws(Failure) {
      return try read()
    } catch {
      complain(error.description)
      throw error.exitCode
    }
  }

  /// Reads the configuration.
  func read() throws(Failure) -> ApplianceConfiguration {
    let file = config ?? Self.standardFile
    guard config != nil || FileManager.default.fileExists(atPath: file) else { return ApplianceConfiguration() }
    let text: String
    do {
      text = try String(contentsOfFile: file, encoding: .utf8)
    } catch {
      let reason =
        FileManager.default.fileExists(atPath: file) ? "cannot be read as UTF-8 text" : "there is no such file"
      throw Failure(description: "\(file): \(reason)", exitCode: .noInput)
    }
    do {
      return try ApplianceConfiguration(yaml: text, file: file)
    } catch {
      throw Failure(description: "\(error)", exitCode: .badConfiguration)
    }
  }
}

/// Says what is wrong, on standard error.
func complain(_ text: String) { FileHandle.standardError.write(Data((text + "\n").utf8)) }
