import Foundation

/// A long-lived number: what it takes to look at a folder of many small films.
enum CheckBench {
  private static let files = 1000

  static func run() throws -> BenchRow {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("cupola-bench-\(UUID().uuidString)")
    let films = folder.appendingPathComponent("films")
    try FileManager.default.createDirectory(at: films, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let first = films.appendingPathComponent("0.mp4")
    _ = try ProcessorTime.ofCommand(
      "/usr/bin/ffmpeg",
      [
        "-v", "error", "-f", "lavfi", "-i", "testsrc2=s=320x160:d=1", "-f", "lavfi", "-i", "sine=d=1", "-c:v",
        "libx264", "-preset", "veryfast", first.path,
      ])
    for number in 1..<files {
      try FileManager.default.copyItem(at: first, to: films.appendingPathComponent("\(number).mp4"))
    }
    let configuration = folder.appendingPathComponent("cupola.yaml")
    try "playlist: { sources: [\"\(films.path)\"] }\n".write(to: configuration, atomically: false, encoding: .utf8)
    let clock = ContinuousClock()
    let begin = clock.now
    let processor = try ProcessorTime.ofCommand(CupolaServer.program, ["check", "--config", configuration.path])
    let wall = (clock.now - begin) / .seconds(1)
    return BenchRow(
      name: "cupola check, \(files) small files", figure: "\(wall.text(1)) s", peer: "\(processor.text(1)) s of CPU",
      reach: "")
  }
}
