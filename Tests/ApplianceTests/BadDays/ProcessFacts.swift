import Foundation
import Testing

/// What the kernel says of a process (proc(5)).
struct ProcessFacts: Hashable, Sendable {
  var descriptors: Int
  var threads: Int
  /// Bytes.
  var resident: Int

  init(of processID: pid_t) throws {
    descriptors = try FileManager.default.contentsOfDirectory(atPath: "/proc/\(processID)/fd").count
    let status = try String(contentsOfFile: "/proc/\(processID)/status", encoding: .utf8)
    func number(_ name: String) throws -> Int {
      let line = try #require(status.split(separator: "\n").first { $0.hasPrefix(name + ":") })
      return try #require(Int(line.filter(\.isNumber)))
    }
    threads = try number("Threads")
    resident = try number("VmRSS") * 1024
  }
}

extension CupolaProcess {
  /// Its TCP connections, for a person who looks for one too many (ss(8)).
  func sockets() throws -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["ss", "-tanp", "sport = :\(ports.http) or dport = :\(ports.http)"]
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    return String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
  }

  func facts() throws -> ProcessFacts { try ProcessFacts(of: #require(processID)) }
}
