import FFmpeg
import Foundation
import Media
import Playout
import TestCardFilm
import Testing

/// Clips made for the tests, by the `ffmpeg` program out of the test card, once a run.
enum TestClips {
  static let folder: String = {
    let path = NSTemporaryDirectory() + "cupola-playout-\(ProcessInfo.processInfo.processIdentifier)"
    try? FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    atexit { try? FileManager.default.removeItem(atPath: TestClips.folder) }
    return path
  }()

  static let frameCount = 30
  static let size = VideoSize(width: 768, height: 384)

  /// Frames 0, 1, 2… of the test card, raw.
  private static let rawFrames: String = {
    let path = folder + "/card.yuv"
    _ = FileManager.default.createFile(atPath: path, contents: nil)
    let file = FileHandle(forWritingAtPath: path)!
    try! TestCardFilm.write(0..<frameCount, size: size, to: file)
    try! file.close()
    return path
  }()

  /// 30 frames at 30 a second, H.264 with B-frames.
  static let loop = make("loop.mp4", "-c:v libx264 -preset veryfast -crf 16 -g 10 -bf 2")

  /// Runs ffmpeg on the raw frames.
  static func make(_ name: String, _ options: String, filter: String = "null", framerate: Int = 30) -> String {
    let output = folder + "/" + name
    run(
      [
        "-f", "rawvideo", "-pix_fmt", "yuv420p", "-s", size.description, "-r", "\(framerate)", "-i", rawFrames, "-vf",
        filter,
      ]
        + options.split(separator: " ").map(String.init) + [output])
    return output
  }

  static func run(_ arguments: [String]) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/ffmpeg")
    process.arguments = ["-v", "error", "-nostdin", "-y"] + arguments
    try! process.run()
    process.waitUntilExit()
    precondition(process.terminationStatus == 0, "ffmpeg failed: \(arguments)")
  }

  /// A file of the shared test media, which lie beside the package when they are there at all.
  static func shared(_ path: String) -> String? {
    let found = FileManager.default.currentDirectoryPath + "/../shared/media/" + path
    return FileManager.default.fileExists(atPath: found) ? found : nil
  }

  static var hasShared: Bool { shared("made/compass.mp4") != nil }
}
