import ArgumentParser
import FFmpeg
import Playout

/// `cupola probe FILE`: what Cupola makes of a file.
struct Probe: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Tell what Cupola makes of a file: codec, size, rate, duration, projection.",
    discussion: "Exit code 66 when a file cannot be read, 65 when it holds nothing that can be played.")

  @Argument(help: "Files, or URLs that libavformat opens.")
  var files: [String]

  func run() throws {
    var worst: ExitCode?
    for file in files {
      do throws(MediaError) {
        let report = try probe(file)
        print("\(file)\n\(report.lines.map { "  " + $0 }.joined(separator: "\n"))")
        if report.failure != nil { worst = worst ?? .badMedia }
      } catch {
        print("\(file)\n  cannot be played: \(error)")
        worst = worst ?? error.exitCode
      }
    }
    if let worst { throw worst }
  }
}
