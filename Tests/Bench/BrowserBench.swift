import BrowserDriver
import Foundation

/// What a person in front of Chromium waits for. The page takes the times itself; browser and server share the machine.
enum BrowserBench {
  private static let joins = 24
  private static let switchCount = 50
  private static let latencySeconds = 20

  /// Page script start → first frame presented, each time in a page of its own that nobody else watches with.
  static func join(_ clip: String) async throws -> [BenchRow] {
    try await withBrowser(clip) { browser, server in
      var times: [Double] = []
      for _ in 0..<joins {
        let page = try await browser.newPage()
        try await page.navigate(to: server.url)
        try await page.waitUntil(firstFrame)
        times.append(try await page.evaluate("cupola.state().firstFrameAt - cupola.state().startedAt"))
        try await page.close()
        // Long enough for the server to notice, and at no fixed distance from its frames.
        try await Task.sleep(for: .milliseconds(Int.random(in: 400..<700)))
      }
      return rows("join, page script → first frame", times, p50: 250, p95: 400)
    }
  }

  /// Command → first frame of the new preset presented, at irregular moments. Nobody else watches, so every switch wakes
  /// an encoder.
  static func switches(_ clip: String) async throws -> [BenchRow] {
    struct Switched: Decodable {
      var times: [Double]
      var frames: Int
      var seconds: Double
    }
    return try await withBrowser(clip) { browser, server in
      let page = try await watching(server, in: browser)
      let result: Switched = try await page.evaluate(
        """
        (async () => {
          const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
          const numbers = cupola.state().presets.map((preset) => preset.number);
          await pause(2000);
          const before = cupola.state().switches.length;
          const [frames, begin] = [cupola.state().frames, performance.now()];
          for (let index = 1; index <= \(switchCount); index += 1) {
            cupola.goto(numbers[index % numbers.length], 'me');
            await pause(500 + 400 * Math.random());
          }
          const state = cupola.state();
          return {
            times: state.switches.slice(before).filter((entry) => entry.presentedAt !== null)
              .map((entry) => entry.presentedAt - entry.at),
            frames: state.frames - frames,
            seconds: (performance.now() - begin) / 1000,
          };
        })()
        """, within: .seconds(120))
      guard result.times.count == switchCount else {
        throw BenchError("only \(result.times.count) of \(switchCount) switches were presented")
      }
      let rate = Double(result.frames) / result.seconds
      return rows("preset switch, command → frame", result.times, p50: 70, p95: 120)
        + [
          BenchRow(
            name: "the same, frames presented", figure: "\(rate.text(1)) a second", peer: "", reach: "≥ 29",
            isReached: rate >= 29)
        ]
    }
  }

  /// Encoder out → presented, of every frame.
  static func latency(_ clip: String) async throws -> BenchRow {
    let samples: [Double] = try await withBrowser(clip) { browser, server in
      let page = try await watching(server, in: browser)
      try await Task.sleep(for: .seconds(3))
      // The page remembers some seconds only, so they are collected as they come.
      return try await page.evaluate(
        """
        new Promise((resolve) => {
          const samples = [];
          let last = cupola.state().latency.samples.at(-1);
          const timer = setInterval(() => {
            const recent = cupola.state().latency.samples;
            samples.push(...recent.slice(recent.lastIndexOf(last) + 1));
            last = recent.at(-1);
          }, 1000);
          setTimeout(() => { clearInterval(timer); resolve(samples); }, \(latencySeconds * 1000 + 500));
        })
        """, within: .seconds(latencySeconds + 30))
    }
    guard !samples.isEmpty else { throw BenchError("the page took no samples") }
    return rows("encoder out → presented", samples, p50: 20, p95: nil)[0]
  }

  private static let firstFrame = "cupola.state().firstFrameAt !== null"

  private static func watching(_ server: CupolaServer, in browser: Chromium) async throws -> Page {
    let page = try await browser.newPage()
    try await page.navigate(to: server.url)
    try await page.waitUntil(firstFrame)
    return page
  }

  private static func withBrowser<Result>(
    _ clip: String, _ body: (Chromium, CupolaServer) async throws -> Result
  ) async throws -> Result {
    let server = try CupolaServer(media: clip)
    defer { server.stop() }
    let browser = try Chromium()
    defer { browser.close() }
    return try await body(browser, server)
  }

  private static func rows(
    _ name: String, _ milliseconds: [Double], p50: Double, p95: Double?
  ) -> [BenchRow] {
    let (median, high) = (milliseconds.median, milliseconds.percentile(0.95))
    let (least, most) = (milliseconds.min() ?? .nan, milliseconds.max() ?? .nan)
    let spread = "of \(milliseconds.count), \(least.text(0)) to \(most.text(0)) ms"
    let first = BenchRow(
      name: name, figure: "p50 \(median.text(1)) ms", peer: spread, reach: "p50 ≤ \(p50.text(0)) ms",
      isReached: median <= p50)
    guard let p95 else { return [first] }
    return [
      first,
      BenchRow(
        name: "the same", figure: "p95 \(high.text(1)) ms", peer: "", reach: "p95 ≤ \(p95.text(0)) ms",
        isReached: high <= p95),
    ]
  }
}
