import Foundation
import NotifySocket
import Synchronization

/// An hour of a museum's worst day: viewers come and go all the time, items change, and something else keeps every core
/// of the machine busy. The watchdog must never be asked for anything, and nothing may grow.
enum SoakBench {
  private static let joinsAnHour = 20_000
  private static let atOnce = 6
  private static let itemChange = 30.0
  /// What comes before is warming up.
  private static let warmUp = 0.1

  static func run(minutes: Int) throws -> [BenchRow] {
    let clip = try BenchClip.small()
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("cupola-bench-\(UUID().uuidString)")
    let media = folder.appendingPathComponent("media")
    try FileManager.default.createDirectory(at: media, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    for name in ["a.mp4", "b.mp4", "c.mp4"] {
      try FileManager.default.createSymbolicLink(
        atPath: media.appendingPathComponent(name).path, withDestinationPath: clip)
    }
    let notify = NotifySocket(at: folder.appendingPathComponent("notify").path)
    let server = try CupolaServer(media: media.path, in: folder, notify: notify, video: "{size: 640x360, bitrate: 1M}")
    defer { server.stop() }
    let load = try BusyMachine(seconds: minutes * 60)
    defer { load.stop() }
    let crowd = try ViewerCrowd(of: server)

    let seconds = Double(minutes * 60)
    let (begin, wanted) = (NotifySocket.now(), joinsAnHour * minutes / 60)
    var (joins, refused, nextItem, nextSample) = (0, 0, itemChange, seconds * warmUp)
    var samples: [(memory: Double, descriptors: Double)] = []
    while true {
      let elapsed = Double(NotifySocket.now() - begin) / 1e9
      guard elapsed < seconds else { break }
      if Double(joins) < elapsed / seconds * Double(wanted) {
        do { try crowd.join(preset: joins % 6) } catch { refused += 1 }
        joins += 1
        if crowd.count > atOnce { crowd.leaveOldest() }
      } else {
        // A viewer that the machine is too busy for is closed; the next one comes soon.
        do { try crowd.run(for: .milliseconds(20)) } catch { crowd.dropClosed() }
      }
      if elapsed > nextItem {
        nextItem += itemChange
        _ = try? LoopbackHTTP.request("POST", "/api/v1/playlist/next", port: server.port, bearer: "482913")
      }
      if elapsed > nextSample {
        nextSample += 10
        samples.append((server.residentBytes / 1e6, try server.metric("process_open_fds")))
        if samples.count.isMultiple(of: 30) {
          Progress.say("\(Int(elapsed / 60)) min, \(joins) joins: \((samples.last?.memory ?? .nan).text(1)) MB")
        }
      }
    }
    let alarms = notify.messages.count { $0.fields.contains("WATCHDOG=trigger") }
    let meals = notify.messages.filter { $0.fields == ["WATCHDOG=1"] }.map(\.time)
    let longest = zip(meals, meals.dropFirst()).map { Double($1 - $0) / 1e9 }.max() ?? .nan
    let (memoryFirst, memoryLast) = samples.map(\.memory).medianOfFirstAndLastFifth
    let (filesFirst, filesLast) = samples.map(\.descriptors).medianOfFirstAndLastFifth
    let growth = (memoryLast / memoryFirst - 1) * 100
    return [
      BenchRow(
        name: "false alarms in \(minutes) min, every core busy", figure: "\(alarms)",
        peer:
          "\(joins) joins and leaves (\(refused) without media in 10 s); the watchdog fed every \(longest.text(1)) s at most",
        reach: "none", isReached: alarms == 0 && longest < 10),
      BenchRow(
        name: "the same: memory", figure: "\(memoryLast.text(1)) MB",
        peer: "first fifth \(memoryFirst.text(1)) MB: \(growth.text(2)) %", reach: "within 2 %", isReached: growth < 2),
      BenchRow(
        name: "the same: descriptors", figure: "\(filesLast.text(0))", peer: "first fifth \(filesFirst.text(0))",
        reach: "flat", isReached: filesLast <= filesFirst + 2),
    ]
  }
}

/// `stress-ng` on every core.
private final class BusyMachine {
  private let process = Process()

  init(seconds: Int) throws {
    process.executableURL = URL(fileURLWithPath: "/usr/bin/stress-ng")
    process.arguments = ["--quiet", "--cpu", "0", "--timeout", "\(seconds)s"]
    // A thread of Swift's pool blocks signals, and what it starts would never hear that its time is over.
    var none = sigset_t()
    var own = sigset_t()
    sigemptyset(&none)
    pthread_sigmask(SIG_SETMASK, &none, &own)
    defer { pthread_sigmask(SIG_SETMASK, &own, nil) }
    try process.run()
    EndOfRun.load.store(process.processIdentifier, ordering: .releasing)
  }

  deinit { stop() }

  func stop() {
    guard process.isRunning else { return }
    process.terminate()
    process.waitUntilExit()
    EndOfRun.load.store(0, ordering: .releasing)
  }
}
