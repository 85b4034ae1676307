import Foundation
import NotifySocket
import FoundationNetworking
import Glibc

/// A real `cupola run` on loopback ports, with a state folder of its own; killed at the latest when it is released.
final class CupolaProcess: Sendable {
  /// The two ports of a server.
  struct Ports: Hashable, Sendable {
    var http: UInt16
    var media: UInt16

    /// The system chooses.
    static let any = Ports(http: 0, media: 0)
  }

  struct Failure: Error, CustomStringConvertible {
    var description: String
  }

  /// The program under test, beside the tests' own.
  static let program = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
    .appendingPathComponent("cupola").path
  /// What every server here has for its operator.
  static let pin = "1234"
  /// A picture that two processor cores encode, decode and read back with ease.
  static let smallVideo = "{size: 640x360, bitrate: 1500k}"

  let ports: Ports

  private let process: SupervisedProcess
  private let folder: TemporaryFolder

  /// Starts it and returns when it says that it is ready, as it says it to systemd.
  static func startReady(playing media: [String] = []) async throws -> CupolaProcess {
    let folder = try TemporaryFolder()
    let socket = NotifySocket(at: folder["notify"])
    let server = try await start(playing: media, in: folder, environment: ["NOTIFY_SOCKET": folder["notify"]])
    let isReady = socket.wait(seconds: 20) { $0.contains { $0.fields.contains("READY=1") } ? true : nil }
    guard isReady == true else { throw NotReady() }
    return server
  }

  struct NotReady: Error {}

  /// Starts a server and returns when it says that it is on.
  ///
  /// - Parameters:
  ///   - media: files and folders to play; empty: the test card.
  ///   - server: what stands in the braces of the configuration's `server`.
  ///   - video: the configuration's `video`.
  ///   - folder: where configuration, state and log lie.
  ///   - pin: the operator's; nil: Cupola makes one.
  ///   - host: the address of both ports.
  ///   - environment: variables beside those of the tests.
  ///   - launcher: what starts the program in a place of its own and becomes it.
  static func start(
    playing media: [String] = [], server: String = "", video: String = smallVideo, on ports: Ports = .any,
    in folder: TemporaryFolder? = nil, pin: String? = pin, host: String = "127.0.0.1",
    environment: [String: String] = [:], launcher: [String] = []
  ) async throws -> CupolaProcess {
    let folder = try folder ?? TemporaryFolder()
    let sources = media.map { "\"\($0)\"" }.joined(separator: ", ")
    let configuration = try folder.write(
      """
      state: {directory: "\(folder["state"])"}
      operator: {\(pin.map { "pin: \"\($0)\"" } ?? "")}
      playlist: {sources: [\(sources)]}
      server: {\(server)}
      video: \(video)

      """, to: "cupola.yaml")
    let started = OneShot<Ports?>()
    // As the service has it: in the tests' own environment a crash would have a debugger write down where everything was.
    let all = environment.merging(["SWIFT_BACKTRACE": "enable=no"]) { own, _ in own }
    let variables = ["/usr/bin/env"] + all.map { "\($0)=\($1)" }.sorted()
    let process = SupervisedProcess(
      variables + [
        program, "run", "--config", configuration, "--http", "\(host):\(ports.http)",
        "--webrtc", "\(host):\(ports.media)",
      ], launcher: launcher, errors: folder["log"], limit: .seconds(15)
    ) { output in
      if let ports = Self.ports(in: output) { started.fulfil(ports) }
    }
    Task {
      _ = await process.ended.value
      started.fulfil(nil)
    }
    guard let ports = await started.value else {
      let log = (try? String(contentsOfFile: folder["log"], encoding: .utf8)) ?? ""
      throw Failure(description: "cupola did not start (\(await process.ended.value.exit)):\n\(log)")
    }
    process.setLimit(.seconds(150))
    return CupolaProcess(ports: ports, process: process, folder: folder)
  }

  private init(ports: Ports, process: SupervisedProcess, folder: TemporaryFolder) {
    self.ports = ports
    self.process = process
    self.folder = folder
  }

  deinit { process.signal(SIGKILL) }

  /// nil after its end.
  var processID: pid_t? { process.processID }

  func signal(_ signal: Int32) { process.signal(signal) }

  var ended: SupervisedProcess.Ending { get async { await process.ended.value } }

  var url: String { "http://127.0.0.1:\(ports.http)/" }

  /// The path of its log.
  var logFile: String { folder["log"] }

  /// What it logged.
  var log: String { (try? String(contentsOfFile: folder["log"], encoding: .utf8)) ?? "" }

  /// Ends it by a signal; how it ended and how long that took. After ten seconds it is killed.
  func end(by signal: Int32) async -> SupervisedProcess.Ending {
    process.setLimit(.seconds(10))
    process.signal(signal)
    return await process.ended.value
  }

  /// What `Welcome` prints.
  private static func ports(in output: String) -> Ports? {
    func number(after text: String) -> UInt16? {
      output.firstRange(of: text).flatMap { UInt16(output[$0.upperBound...].prefix { $0.isNumber }) }
    }
    guard output.contains("operator PIN"),
      let http = number(after: "http://127.0.0.1:") ?? number(after: "http://localhost:"),
      let media = number(after: "UDP port ")
    else { return nil }
    return Ports(http: http, media: media)
  }
}

// MARK: HTTP

/// What a server answered.
struct Answer: Sendable {
  var status: Int
  var headers: [String: String]
  var body: Data

  var text: String { String(decoding: body, as: UTF8.self) }

  func decoded<Value: Decodable>(_ type: Value.Type = Value.self) throws -> Value {
    try JSONDecoder().decode(Value.self, from: body)
  }

  /// The word and the sentence of an error.
  var error: (code: String, message: String)? {
    struct Body: Decodable {
      struct Error: Decodable { var code, message: String }
      var error: Error
    }
    return (try? decoded(Body.self).error).map { ($0.code, $0.message) }
  }
}

extension CupolaProcess {
  private static let session = URLSession(configuration: .ephemeral)

  func request(
    _ method: String, _ path: String, headers: [String: String] = [:], body: String? = nil
  ) async throws -> Answer {
    var request = URLRequest(url: URL(string: url + path)!, timeoutInterval: 10)
    request.httpMethod = method
    request.httpBody = body.map { Data($0.utf8) }
    for (name, value) in headers { request.setValue(value, forHTTPHeaderField: name) }
    let (body, response) = try await Self.session.data(for: request)
    guard let response = response as? HTTPURLResponse else { throw Failure(description: "no HTTP: \(response)") }
    var headers: [String: String] = [:]
    for (name, value) in response.allHeaderFields { headers["\(name)".lowercased()] = "\(value)" }
    return Answer(status: response.statusCode, headers: headers, body: body)
  }

  /// A request with the operator's PIN.
  func operate(_ method: String, _ path: String, _ body: String? = nil) async throws -> Answer {
    try await request(method, path, headers: ["Authorization": "Bearer \(Self.pin)"], body: body)
  }

  /// `/api/v1/state`.
  func applianceState() async throws -> ReportedState { try await request("GET", "api/v1/state").decoded() }
}

/// The part of the appliance's state that these tests look at.
struct ReportedState: Decodable, Sendable {
  struct Preset: Decodable, Hashable, Sendable {
    var number: Int
    var name: String
    var yaw, pitch, fov: Double
  }
  struct Programme: Decodable, Sendable { var preset: Int }
  struct Item: Decodable, Sendable {
    var name: String
    var testCard: Bool
  }
  struct Skipped: Decodable, Hashable, Sendable { var name, reason: String }

  var presets: [Preset]
  var programme: Programme
  var item: Item
  var viewers: Int
  var skipped: [Skipped]
  var notice: String?
}
