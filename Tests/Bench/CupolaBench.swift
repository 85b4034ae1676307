import ArgumentParser
import Foundation

/// `cupola-bench`: the figures that Cupola has to reach, beside those of its peers, measured in one run.
///
/// A figure that is not reached is printed as that and fails nothing: a time is no test.
@main
struct CupolaBench: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cupola-bench",
    abstract: "Measure Cupola and its peers side by side.",
    discussion: "Ends with 0 when all benches could be run, whatever their figures are.")

  enum Bench: String, CaseIterable, ExpressibleByArgument {
    case projection, shapes, tonemap, pipeline, views, screen, hardware, fanout, repair, join, `switch`, latency
    case memory
    case start, restart, stall, stalled, changes, overhead, hostile, check
    /// Long: only when they are named.
    case reopen, soak

    static let usual = allCases.filter { $0 != .reopen && $0 != .soak }
  }

  @Argument(
    help:
      "Which benches: \(Bench.allCases.map(\.rawValue).joined(separator: ", ")); all but the last two if none is named."
  )
  var benches: [Bench] = []

  @Option(help: "An equirectangular 4K file, 30 frames a second, to play instead of the one that is made.")
  var clip: String?

  @Option(help: "How many minutes the memory bench takes.")
  var memoryMinutes = 5

  @Option(help: "How many minutes the soak takes.")
  var soakMinutes = 60

  func validate() throws {
    guard (1...1440).contains(soakMinutes) else { throw ValidationError("--soak-minutes is from 1 to 1440") }
    guard (2...1440).contains(memoryMinutes) else { throw ValidationError("--memory-minutes is from 2 to 1440") }
  }

  func run() async throws {
    EndOfRun.followsInterrupts()
    print(Machine.description)
    let clip = try clip ?? BenchClip.path()
    var rows: [BenchRow] = []
    var hasFailed = false
    for bench in benches.isEmpty ? Bench.usual : benches {
      Progress.say("\(bench.rawValue) …")
      do {
        rows += try await run(bench, clip: clip)
      } catch {
        Progress.say("\(bench.rawValue) could not be run: \(error)")
        hasFailed = true
      }
    }
    print("\n" + BenchTable.text(rows))
    if hasFailed { throw ExitCode.failure }
  }

  private func run(_ bench: Bench, clip: String) async throws -> [BenchRow] {
    switch bench {
    case .projection: [try MediaBench.projection(clip)]
    case .shapes: try ShapeBench.run(clip)
    case .tonemap: try ToneBench.run(clip)
    case .pipeline: try MediaBench.pipeline(clip)
    case .views: [try ViewBench.run(clip)]
    case .screen: ScreenBench.run()
    case .hardware: try HardwareBench.run(clip)
    case .fanout: try FanOutBench.run(clip)
    case .repair: [try RepairBench.run()]
    case .join: try await BrowserBench.join(clip)
    case .switch: try await BrowserBench.switches(clip)
    case .latency: [try await BrowserBench.latency(clip)]
    case .start: try ServiceBench.start()
    case .restart: [try await ServiceBench.restart(clip)]
    case .stall: [try ServiceBench.stall()]
    case .stalled: try StalledSourceBench.run(clip)
    case .changes: [try ItemChangeBench.run()]
    case .overhead: [try ServiceBench.overhead(clip)]
    case .hostile: try HostileBench.run()
    case .check: [try CheckBench.run()]
    case .reopen: try HardwareBench.reopenings()
    case .soak: try SoakBench.run(minutes: soakMinutes)
    case .memory: [try MemoryBench.run(clip, minutes: memoryMinutes)]
    }
  }
}

/// What a person reads while the benches run.
enum Progress {
  static func say(_ text: String) { FileHandle.standardError.write(Data("cupola-bench: \(text)\n".utf8)) }
}
