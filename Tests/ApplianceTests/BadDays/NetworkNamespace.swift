import Foundation
import Glibc

/// A network of one's own (network_namespaces(7)). It has no name and ends with the process that holds it, so nothing
/// stays behind, whatever becomes of the tests. Needs root.
final class NetworkNamespace: Sendable {
  static var isAllowed: Bool { geteuid() == 0 }

  private let holder: SupervisedProcess
  private let folder: TemporaryFolder
  let processID: pid_t

  init() async throws {
    folder = try TemporaryFolder()
    let isInside = OneShot<Bool>()
    let holder = SupervisedProcess(
      ["/usr/bin/unshare", "--net", "/bin/sh", "-c", "echo inside; exec sleep infinity"], errors: folder["errors"],
      limit: .seconds(150)
    ) { _ in isInside.fulfil(true) }
    Task {
      _ = await holder.ended.value
      isInside.fulfil(false)
    }
    guard await isInside.value, let processID = holder.processID else {
      throw CupolaProcess.Failure(description: "no network namespace can be made")
    }
    self.holder = holder
    self.processID = processID
  }

  deinit { holder.signal(SIGKILL) }

  private var path: String { "/proc/\(processID)/ns/net" }

  /// What starts a program in it.
  var launcher: [String] { ["/usr/bin/nsenter", "--net=\(path)"] }

  /// `ip` in it.
  func ip(_ arguments: String) throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: launcher[0])
    process.arguments =
      launcher.dropFirst() + ["/usr/bin/env", "ip"] + arguments.split(separator: " ").map(String.init)
    try process.run()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      throw CupolaProcess.Failure(description: "ip \(arguments): \(process.terminationStatus)")
    }
  }

  /// Lays a cable from `interface` here to `lan` there; its ends are up.
  func connect(_ interface: String, to other: NetworkNamespace) throws {
    try ip("link add \(interface) type veth peer name lan netns \(other.processID)")
    try ip("link set \(interface) up")
    try other.ip("link set lan up")
  }

  /// Runs `body` on a thread that is in it; sockets that are made there stay in it.
  func inside<Value>(_ body: @escaping () throws -> Value) async throws -> Value {
    nonisolated(unsafe) let body = body
    let done = OneShot<Carried<Value>>()
    let path = path
    Thread.detachNewThread {
      done.fulfil(
        Carried(
          result: Result {
            let descriptor = open(path, O_RDONLY | O_CLOEXEC)
            defer { close(descriptor) }
            guard Self.enter(descriptor, 0x4000_0000) == 0 else {
              throw CupolaProcess.Failure(description: "setns \(path): \(String(cString: strerror(errno)))")
            }
            return try body()
          }))
    }
    return try await done.value.result.get()
  }

  /// Goes from the thread that made it to the one that waits, and is with one of them at a time.
  private struct Carried<Value>: @unchecked Sendable {
    var result: Result<Value, any Error>
  }

  /// setns(2), which Swift's Glibc module lacks.
  private static let enter = unsafeBitCast(
    dlsym(nil, "setns"), to: (@convention(c) (_ descriptor: Int32, _ kind: Int32) -> Int32).self)
}
