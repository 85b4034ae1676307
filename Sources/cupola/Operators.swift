import ArgumentParser
import CupolaConfiguration
import Foundation

/// `cupola operators`: which devices may change what others see without the PIN.
struct Operators: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "operators",
    abstract: "List the devices that are operators by a token, or revoke one.",
    discussion: """
      A device becomes one when the PIN is given on it, and stays one until it is revoked or the PIN changes. The running \
      Cupola is asked, by its REST API on this machine, for it alone keeps the list: so this needs what `cupola pin` \
      needs, `sudo cupola operators` for the service. Exit code 69: none is running there.
      """,
    subcommands: [List.self, Revoke.self], defaultSubcommand: List.self)

  /// Where the running Cupola is, and what lets one in.
  struct Service: ParsableArguments {
    @OptionGroup var options: ConfigurationOptions

    @Option(
      help:
        "Where it serves pages, such as 127.0.0.1:8080, when it was started with another address than the configured one."
    )
    var http: String?

    func ask(_ method: String, _ path: String) throws -> LocalHTTP.Answer {
      let configuration = try options.load()
      guard let endpoint = http.map({ ApplianceConfiguration.Endpoint($0) }) ?? configuration.server.http else {
        throw ValidationError("--http \"\(http ?? "")\" is not an address and a port (such as 127.0.0.1:8080)")
      }
      let pin = try PIN.find(in: configuration)
      do throws(LocalHTTP.Failure) {
        return try LocalHTTP(endpoint).ask(method, path, bearer: "\(pin)")
      } catch {
        complain("\(error)")
        throw ExitCode.unavailable
      }
    }
  }

  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "List the devices: id, when last used, when added, name.")

    @OptionGroup var service: Service

    func run() throws {
      struct Answer: Decodable {
        struct Device: Decodable {
          var id, name: String
          var added, used: Double
        }
        var operators: [Device]
      }
      let answer = try service.ask("GET", "/api/v1/operators")
      guard answer.status == 200, let list = try? JSONDecoder().decode(Answer.self, from: answer.body) else {
        complain(answer.complaint)
        throw ExitCode.failure
      }
      if list.operators.isEmpty { print("No device has a token.") }
      for device in list.operators {
        print("\(device.id)  used \(Self.day(device.used))  added \(Self.day(device.added))  \(device.name)")
      }
    }

    /// "2026-03-01 14:05", of this machine's time zone.
    private static func day(_ seconds: Double) -> String {
      var time = time_t(seconds)
      var local = tm()
      localtime_r(&time, &local)
      func two(_ value: Int32) -> String { (value < 10 ? "0" : "") + "\(value)" }
      return "\(local.tm_year + 1900)-\(two(local.tm_mon + 1))-\(two(local.tm_mday)) "
        + "\(two(local.tm_hour)):\(two(local.tm_min))"
    }
  }

  struct Revoke: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Take its role from a device, at once.",
      discussion: "Exit code 1: there is no such device, or it could not be done; it is said why.")

    @Argument(help: "The device's id, as `cupola operators` lists it.")
    var id: String

    @OptionGroup var service: Service

    func validate() throws {
      guard !id.isEmpty, id.utf8.allSatisfy({ UnicodeScalar($0).properties.isASCIIHexDigit }) else {
        throw ValidationError("\"\(id)\" is not the id of a device; `cupola operators` lists them")
      }
    }

    func run() throws {
      let answer = try service.ask("DELETE", "/api/v1/operators/\(id)")
      guard answer.status == 204 else {
        complain(answer.complaint)
        throw ExitCode.failure
      }
      print("\(id) is no operator any more.")
    }
  }
}
