import Foundation
import NotifySocket
import Synchronization

/// The real `cupola`, from beside this program, on ports of the loopback interface that the system chose.
///
/// It ends with `stop()`, when it is released, and when this program is interrupted.
final class CupolaServer {
  /// Found once: a program that is built anew while it runs has no path any more.
  static let program = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    .deletingLastPathComponent().appendingPathComponent("cupola").path

  /// Where its page is, with a slash at the end.
  let url: String
  let port: UInt16
  let processID: Int32
  private let process = Process()
  private let folder: URL
  private let ownsFolder: Bool

  /// Starts it and returns when it serves.
  ///
  /// - Parameters:
  ///   - media: what it plays; nil: the test card.
  ///   - port: of its page; 0: the system chooses.
  ///   - folder: where its state lies, which is then kept; nil: one of its own.
  ///   - notify: who stands in for systemd.
  ///   - host: where it listens.
  ///   - server: more of the configuration's `server`.
  ///   - video: the configuration's `video`.
  ///   - hardware: the configuration's `hardware`.
  ///   - environment: what its environment has besides this program's.
  init(
    media: String?, port wanted: UInt16 = 0, in kept: URL? = nil, notify: NotifySocket? = nil,
    host: String = "127.0.0.1", server: String = "", video: String = "{}", hardware: String = "{}",
    environment: [String: String] = [:]
  ) throws {
    ownsFolder = kept == nil
    folder =
      kept ?? FileManager.default.temporaryDirectory.appendingPathComponent("cupola-bench-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let configuration = folder.appendingPathComponent("cupola.yaml")
    let text = """
      server: { web: "\(Checkout.root.path)/web"\(server.isEmpty ? "" : ", \(server)") }
      operator: { pin: "482913" }
      state: { directory: "\(folder.path)/state" }
      video: \(video)
      hardware: \(hardware)
      """
    try text.write(to: configuration, atomically: false, encoding: .utf8)
    let log = folder.appendingPathComponent("log")
    _ = FileManager.default.createFile(atPath: log.path, contents: nil)

    let output = Pipe()
    process.executableURL = URL(fileURLWithPath: Self.program)
    process.arguments = [
      "run", "--config", configuration.path, "--http", "\(host):\(wanted)", "--webrtc", "\(host):0", "--log-level",
      "warning", "--media", media ?? "\(folder.path)/none",
    ]
    var environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    if let notify { environment.merge(["NOTIFY_SOCKET": notify.path, "WATCHDOG_USEC": "10000000"]) { $1 } }
    process.environment = environment
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = output
    process.standardError = try FileHandle(forWritingTo: log)
    try process.run()
    processID = process.processIdentifier
    EndOfRun.server.store(processID, ordering: .releasing)

    guard let found = Self.port(in: output.fileHandleForReading) else {
      let complaint = (try? String(contentsOf: log, encoding: .utf8)) ?? ""
      Self.end(process, ownsFolder ? folder : nil)
      throw BenchError("cupola did not start: \(complaint)")
    }
    port = found
    url = "http://127.0.0.1:\(found)/"
  }

  deinit { stop() }

  /// Kills it and removes its files. Any number of calls do the same as one.
  func stop() { Self.end(process, ownsFolder ? folder : nil) }

  /// The value of one of its metrics, labels included in the name; 0 when it has none of that name.
  func metric(_ name: String) throws -> Double {
    let lines = try LoopbackHTTP.request("GET", "/metrics", port: port).body.split(separator: "\n")
    return lines.first { $0.hasPrefix(name + " ") }.flatMap { Double($0.dropFirst(name.count + 1)) } ?? 0
  }

  /// Bytes that are in memory now (`VmRSS`).
  var residentBytes: Double {
    let status = (try? String(contentsOfFile: "/proc/\(processID)/status", encoding: .utf8)) ?? ""
    let line = status.split(separator: "\n").first { $0.hasPrefix("VmRSS:") }
    return (line?.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Double($0) } ?? .nan) * 1024
  }

  private static func end(_ process: Process, _ folder: URL?) {
    if process.isRunning {
      kill(process.processIdentifier, SIGKILL)
      process.waitUntilExit()
    }
    EndOfRun.server.store(0, ordering: .releasing)
    if let folder { try? FileManager.default.removeItem(at: folder) }
  }

  /// Reads until the address that is printed when all is up; nil when it ended before.
  private static func port(in output: FileHandle) -> UInt16? {
    var text = ""
    while true {
      let data = output.availableData
      guard !data.isEmpty else { return nil }
      text += String(decoding: data, as: UTF8.self)
      if let match = text.firstMatch(of: /http:\/\/[0-9.]+:(\d+)\//) { return UInt16(match.1) }
    }
  }
}

/// Takes the server and what keeps the machine busy along when somebody interrupts the benches.
enum EndOfRun {
  static let server = Atomic<Int32>(0)
  static let load = Atomic<Int32>(0)

  static func followsInterrupts() {
    for number in [SIGINT, SIGTERM, SIGHUP] {
      signal(number) { number in
        let server = EndOfRun.server.load(ordering: .acquiring)
        if server > 0 { kill(server, SIGKILL) }
        let load = EndOfRun.load.load(ordering: .acquiring)
        if load > 0 { kill(load, SIGTERM) }
        _exit(128 + number)
      }
    }
  }
}
