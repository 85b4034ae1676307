import BrowserDriver
import Foundation
import NotifySocket

/// What the service promises to whoever pulls the plug.
enum ServiceBench {
  private static let starts = 11
  private static let kills = 5
  /// What systemd waits before it starts the service again (`RestartSec=` of the unit).
  private static let restartDelay = Duration.milliseconds(100)
  /// Seconds in which threads are watched.
  private static let watched = 20.0
  private static let requests = 300

  /// The start of the process to a first encoded picture, and to READY at systemd's socket, with the test card.
  static func start() throws -> [BenchRow] {
    var (pictures, ready): ([Double], [Double]) = ([], [])
    for _ in 0..<starts {
      try withFolder { folder in
        let notify = NotifySocket(at: folder.appendingPathComponent("notify").path)
        let begin = NotifySocket.now()
        let server = try CupolaServer(media: nil, in: folder, notify: notify)
        guard let time = notify.wait(seconds: 10, for: { $0.first { $0.fields.contains("READY=1") }?.time }) else {
          throw BenchError("it is not ready")
        }
        ready.append(Double(time - begin) / 1e6)
        pictures.append(try server.metric("cupola_start_picture_seconds") * 1000)
        server.stop()
      }
    }
    return [
      BenchRow(
        name: "process start → first encoded picture", figure: "p50 \(pictures.median.text(0)) ms",
        peer: "of \(starts), at most \((pictures.max() ?? .nan).text(0)) ms", reach: "≤ 300 ms",
        isReached: pictures.median <= 300),
      BenchRow(
        name: "process start → READY", figure: "p50 \(ready.median.text(0)) ms",
        peer: "of \(starts), at most \((ready.max() ?? .nan).text(0)) ms", reach: "≤ 500 ms",
        isReached: ready.median <= 500),
    ]
  }

  /// SIGKILL to the first frame of the new process on a page that nobody touches.
  static func restart(_ clip: String) async throws -> BenchRow {
    let folder = try makeFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    var server = try CupolaServer(media: clip, in: folder)
    defer { server.stop() }
    let browser = try Chromium()
    defer { browser.close() }
    let page = try await browser.newPage()
    try await page.navigate(to: server.url)
    try await page.waitUntil("cupola.state().connection === 'playing'")
    var times: [Double] = []
    for _ in 0..<kills {
      try await Task.sleep(for: .seconds(3))
      // The page tells when a frame of the next connection is presented.
      try await page.run(
        """
        (() => {
        window.returned = null;
        const connection = cupola.state().counts.reconnects;
        // The picture may come back on another element.
        const look = () => {
          if (cupola.state().counts.reconnects > connection && cupola.state().connection === 'playing') {
            cupola.video().requestVideoFrameCallback((now, frame) => {
              window.returned = performance.timeOrigin + frame.expectedDisplayTime;
            });
          } else {
            setTimeout(look, 10);
          }
        };
        look();
        })()
        """)
      let killed = Date().timeIntervalSince1970 * 1000
      let port = server.port
      server.stop()
      try await Task.sleep(for: restartDelay)
      server = try CupolaServer(media: clip, port: port, in: folder)
      try await page.waitUntil("window.returned !== null")
      times.append(try await page.evaluate("window.returned") - killed)
    }
    let most = times.max() ?? .nan
    return BenchRow(
      name: "SIGKILL → picture in a waiting Chromium", figure: "p50 \((times.median / 1000).text(2)) s",
      peer: "of \(kills), at most \((most / 1000).text(2)) s", reach: "≤ 3 s", isReached: most <= 3000)
  }

  /// One thread stops, all others go on: how long until the watchdog is asked to restart the service.
  static func stall() throws -> BenchRow {
    var times: [(stage: String, seconds: Double)] = []
    for (thread, stage) in [
      ("player", "decoder"), ("NIO-", "web server"), ("preset 0", "preset"), ("cupola-media", "socket"),
    ] {
      try withFolder { folder in
        let notify = NotifySocket(at: folder.appendingPathComponent("notify").path)
        let server = try CupolaServer(media: nil, in: folder, notify: notify)
        defer { server.stop() }
        let crowd = try ViewerCrowd(of: server)
        try crowd.join(preset: 0)
        let frozen = Process()
        frozen.executableURL = Checkout.root.appendingPathComponent("Tests/Tools/freeze-thread")
        frozen.arguments = ["\(server.processID)", thread]
        let input = Pipe()
        frozen.standardInput = input
        frozen.standardOutput = FileHandle.nullDevice
        let begin = NotifySocket.now()
        try frozen.run()
        defer {
          try? input.fileHandleForWriting.close()
          frozen.waitUntilExit()
        }
        var asked: Int64?
        for _ in 0..<150 where asked == nil {
          // Viewers that fall silent are no stall of ours.
          try? crowd.run(for: .milliseconds(100))
          asked = notify.time(of: "WATCHDOG=trigger", after: begin)
        }
        guard let asked else { throw BenchError("nobody noticed that the \(stage) stands still") }
        times.append((stage, Double(asked - begin) / 1e9))
        Progress.say("\(stage): \((times.last?.seconds ?? .nan).text(1)) s")
      }
    }
    let most = times.map(\.seconds).max() ?? .nan
    return BenchRow(
      name: "stall of any one stage → restart begun", figure: "at most \(most.text(1)) s",
      peer: times.map { "\($0.stage) \($0.seconds.text(1))" }.joined(separator: ", "), reach: "≤ 12 s",
      isReached: most <= 12)
  }

  /// What health costs: the supervisor's and the probe's threads, the answers to the probe, and a scrape of the metrics
  /// every fifteen seconds. Beats themselves are a few atomic stores a frame.
  static func overhead(_ clip: String) throws -> BenchRow {
    let server = try CupolaServer(media: clip)
    defer { server.stop() }
    let crowd = try ViewerCrowd(of: server)
    for preset in 0..<3 { try crowd.join(preset: preset) }
    func own() -> Double {
      ProcessorTime.of(process: server.processID) { ["supervisor", "health probe"].contains($0) }
    }
    func serving() -> Double {
      ProcessorTime.of(process: server.processID) {
        $0.hasPrefix("NIO-") || $0.hasPrefix("cupola") && $0 != "cupola-media"
      }
    }
    let begin = own()
    try crowd.run(for: .seconds(watched))
    let threads = (own() - begin) / watched
    func secondsPerRequest(_ path: String) throws -> Double {
      let begin = serving()
      for _ in 0..<requests { _ = try LoopbackHTTP.request("GET", path, port: server.port) }
      return (serving() - begin) / Double(requests)
    }
    let (health, metrics) = (try secondsPerRequest("/healthz"), try secondsPerRequest("/metrics"))
    let share = threads + health / 2 + metrics / 15
    return BenchRow(
      name: "health, metrics and heartbeats", figure: "\((share * 100).text(3)) % of a core",
      peer:
        "threads \((threads * 100).text(3)) %, /healthz \((health * 1e6).text(0)) µs, /metrics \((metrics * 1e6).text(0)) µs",
      reach: "< 0.5 %", isReached: share < 0.005)
  }

  private static func withFolder(_ body: (URL) throws -> Void) throws {
    let folder = try makeFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    try body(folder)
  }

  private static func makeFolder() throws -> URL {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("cupola-bench-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    return folder
  }
}
