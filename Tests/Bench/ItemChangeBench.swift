import FFmpeg
import Foundation
import Media
import TestCardFilm

/// Changes between 4K items, read off their numbered pictures by a WHEP player: which of the first pictures of an item a
/// viewer never gets.
enum ItemChangeBench {
  private static let changes = 50
  private static let itemFrames = 60
  /// So many of an item's first pictures are looked for.
  private static let first = 10
  private static let size = VideoSize(width: 3840, height: 1920)

  static func run() throws -> BenchRow {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("cupola-bench-\(UUID().uuidString)")
    let items = folder.appendingPathComponent("items")
    try FileManager.default.createDirectory(at: items, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    for (index, name) in ["a", "b"].enumerated() {
      let clip = try BenchClip.numbered(from: index * 1000, count: itemFrames, size: size)
      try FileManager.default.createSymbolicLink(
        atPath: items.appendingPathComponent("\(name).mp4").path, withDestinationPath: clip)
    }
    let server = try CupolaServer(media: items.path)
    defer { server.stop() }
    let stream = folder.appendingPathComponent("stream.h264").path
    let player = Checkout.root.appendingPathComponent(".build/players/whep-pion").path
    var missing: [Int: Int] = [:]
    var (found, pictures) = (0, 0)
    Progress.say("\(changes) changes of 4K items take \(changes * itemFrames / 30) s and more")
    while found < changes {
      // Pion sends no checks once it is connected, and a viewer that is silent for 30 s is gone.
      _ = try ProcessorTime.ofCommand(player, [server.url + "whep/0", "video", stream, "25"])
      var seen: [Int] = []
      for number in try numbers(in: stream, folder: folder) where number != seen.last { seen.append(number) }
      pictures += seen.count
      // Where an item begins: the other one's numbers. The last may not be whole.
      let begins = seen.indices.dropFirst().filter { seen[$0] / 1000 != seen[$0 - 1] / 1000 }.dropLast()
      guard !begins.isEmpty else { throw BenchError("the viewer saw no change of item") }
      found += begins.count
      for (begin, end) in zip(begins, begins.dropFirst() + [seen.count]) {
        let there = Set(seen[begin..<end].map { $0 % 1000 })
        for number in 0..<first where !there.contains(number) { missing[number, default: 0] += 1 }
      }
    }
    let count = missing.values.reduce(0, +)
    let which = missing.sorted { $0.key < $1.key }.map { "picture \($0.key): \($0.value)" }.joined(separator: ", ")
    return BenchRow(
      name: "first pictures missing for a viewer, 4K items", figure: "\(count) in \(found) changes",
      peer: which.isEmpty ? "WHEP player made of Pion, \(pictures) pictures" : which, reach: "0 in \(changes)",
      isReached: count == 0 && found >= changes)
  }

  /// What the bars of each picture say, as far as they can be read.
  private static func numbers(in stream: String, folder: URL) throws -> [Int] {
    let raw = folder.appendingPathComponent("pictures").path
    let (width, height) = (640, 360)
    _ = try ProcessorTime.ofCommand(
      FFmpegPeer.program,
      [
        "-v", "error", "-y", "-f", "h264", "-i", stream, "-vf", "scale=\(width):\(height),format=gray", "-vsync",
        "passthrough", "-f", "rawvideo", raw,
      ])
    let data = try Data(contentsOf: URL(fileURLWithPath: raw), options: .alwaysMapped)
    return stride(from: 0, through: data.count - width * height, by: width * height).compactMap { start in
      // The middle rows of a view that is as high as it is wide.
      TestCardFilm.number(side: width) { column, row in
        Int(data[start + (row - (width - height) / 2) * width + column])
      }
    }
  }
}
