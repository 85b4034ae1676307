import Foundation
import Glibc

/// Another machine on a link of its own, as far as addresses go: a network namespace and a veth pair. Needs root.
///
/// The namespace ends with the process that holds it, which ends with this one, and the link with the namespace.
final class BenchHost: Sendable {
  /// Its address, and this machine's on the link.
  let address: String
  let gateway: String
  private let holder: Process
  private let input = Pipe()
  private let namespace: Int32

  /// - Parameter number: 1…200; tells it from the others.
  init(_ number: Int) throws {
    guard geteuid() == 0 else { throw BenchError("other machines on the network need root") }
    (address, gateway) = ("10.191.\(number).2", "10.191.\(number).1")
    holder = Process()
    holder.executableURL = URL(fileURLWithPath: "/usr/bin/unshare")
    holder.arguments = ["--net", "/bin/sh", "-c", "echo inside; exec cat"]
    let output = Pipe()
    holder.standardInput = input
    holder.standardOutput = output
    try holder.run()
    guard output.fileHandleForReading.availableData.count > 0 else { throw BenchError("no network namespace") }
    namespace = open("/proc/\(holder.processIdentifier)/ns/net", O_RDONLY | O_CLOEXEC)
    let (link, pid) = ("cupola-b\(number)", holder.processIdentifier)
    let enter = "nsenter --net=/proc/\(pid)/ns/net"
    let commands = [
      "ip link add \(link) type veth peer name host0 netns \(pid)",
      "ip address add \(gateway)/24 dev \(link)", "ip link set \(link) up", "\(enter) ip link set lo up",
      "\(enter) ip address add \(address)/24 dev host0", "\(enter) ip link set host0 up",
      "\(enter) ip route add default via \(gateway)",
    ]
    for command in commands { try Self.run(command) }
  }

  /// Gives it 10.191.NUMBER.x for each x, too.
  func addAddresses(_ numbers: Range<Int>) throws {
    let network = address.dropLast(1)
    let lines = numbers.map { "address add \(network)\($0)/24 dev host0" }.joined(separator: "\n")
    let batch = FileManager.default.temporaryDirectory.appendingPathComponent("cupola-bench-\(UUID().uuidString)")
    try lines.write(to: batch, atomically: false, encoding: .utf8)
    defer { try? FileManager.default.removeItem(at: batch) }
    try Self.run("nsenter --net=/proc/\(holder.processIdentifier)/ns/net ip -batch \(batch.path)")
  }

  deinit {
    close(namespace)
    // Not SIGTERM: what a thread of the pool starts has its signals blocked.
    kill(holder.processIdentifier, SIGKILL)
    holder.waitUntilExit()
  }

  /// Runs `body` on a thread of that machine, and returns when it has ended; sockets that it makes stay there.
  func inside<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) throws -> Value {
    try begin(body).wait()
  }

  /// Starts `body` on a thread of that machine.
  func begin<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) -> Outcome<Value> {
    let outcome = Outcome<Value>()
    let namespace = namespace
    Thread.detachNewThread {
      outcome.fulfil(
        Result {
          guard Self.setNamespace(namespace, 0x4000_0000) == 0 else {
            throw BenchError("setns: \(String(cString: strerror(errno)))")
          }
          return try body()
        })
    }
    return outcome
  }

  /// What a thread will have done.
  final class Outcome<Value: Sendable>: @unchecked Sendable {
    // Written once, before the semaphore is signalled, and read after it was.
    private var result: Result<Value, any Error>?
    private let done = DispatchSemaphore(value: 0)

    fileprivate func fulfil(_ result: Result<Value, any Error>) {
      self.result = result
      done.signal()
    }

    /// Calls `meanwhile` until it is done.
    func wait(_ meanwhile: () throws -> Void) throws -> Value {
      while done.wait(timeout: .now()) == .timedOut { try meanwhile() }
      done.signal()
      return try wait()
    }

    func wait() throws -> Value {
      done.wait()
      guard let result else { throw BenchError("a thread ended without a word") }
      return try result.get()
    }
  }

  private static func run(_ command: String) throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = command.split(separator: " ").map(String.init)
    try process.run()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw BenchError("\(command): \(process.terminationStatus)") }
  }

  /// setns(2), which Swift's Glibc module lacks.
  private static let setNamespace = unsafeBitCast(
    dlsym(nil, "setns"), to: (@convention(c) (_ descriptor: Int32, _ kind: Int32) -> Int32).self)
}
