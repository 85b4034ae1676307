import Foundation
import Media
import TestCardFilm

/// The 4K clip that the benches play: a moving, grainy panorama, 3840x1920, 30 frames a second, 10 s of H.264.
///
/// Made by ffmpeg once and kept in `.build/bench`. The grain keeps the encoders at their full bit rate.
enum BenchClip {
  static func path() throws -> String { try make("grain-4k.mp4", size: "3840x1920") }

  /// The same, 1280x640: for benches of other things than pixels.
  static func small() throws -> String { try make("grain-small.mp4", size: "1280x640") }

  /// The 4K clip with one key frame in its ten seconds.
  static func withOneKeyFrame() throws -> String {
    try make("grain-4k-one-key.mp4", size: "3840x1920", options: ["-g", "300", "-sc_threshold", "0"])
  }

  /// Two pictures, which are over in a thirtieth of a second.
  static func twoPictures() throws -> String {
    try make("two-pictures.mp4", size: "1280x640", options: ["-frames:v", "2", "-r", "60"])
  }

  /// The small one with its index in front, so that it can be played from its first part.
  static func indexFirst() throws -> String {
    try make("grain-small-index.mp4", size: "1280x640", options: ["-movflags", "faststart"])
  }

  /// The test card, its pictures numbered from `first` on.
  static func numbered(from first: Int, count: Int, size: VideoSize) throws -> String {
    let folder = Checkout.root.appendingPathComponent(".build/bench")
    let made = folder.appendingPathComponent("numbered-\(first)-\(count)-\(size).mp4").path
    if FileManager.default.fileExists(atPath: made) { return made }
    Progress.say("making \(made), once")
    try FileManager.default.createDirectory(atPath: folder.path, withIntermediateDirectories: true)
    let ffmpeg = Process()
    ffmpeg.executableURL = URL(fileURLWithPath: FFmpegPeer.program)
    ffmpeg.arguments = [
      "-v", "error", "-y", "-f", "rawvideo", "-pix_fmt", "yuv420p", "-s", "\(size)", "-r", "30", "-i", "-", "-vf",
      "noise=c0s=4:c0f=t+u", "-c:v", "libx264", "-preset", "veryfast", "-crf", "23", "-g", "30", "-bf", "2", made,
    ]
    let input = Pipe()
    ffmpeg.standardInput = input
    try ffmpeg.run()
    try TestCardFilm.write(first..<first + count, size: size, to: input.fileHandleForWriting)
    try input.fileHandleForWriting.close()
    ffmpeg.waitUntilExit()
    guard ffmpeg.terminationStatus == 0 else { throw BenchError("ffmpeg made no clip") }
    return made
  }

  private static func make(_ name: String, size: String, options: [String] = []) throws -> String {
    let folder = Checkout.root.appendingPathComponent(".build/bench")
    let made = folder.appendingPathComponent(name).path
    if FileManager.default.fileExists(atPath: made) { return made }
    Progress.say("making \(made), once")
    try FileManager.default.createDirectory(atPath: folder.path, withIntermediateDirectories: true)
    let unfinished = folder.appendingPathComponent("unfinished-\(name)").path
    _ = try ProcessorTime.ofCommand(
      FFmpegPeer.program,
      [
        "-v", "error", "-y", "-f", "lavfi", "-i", "testsrc2=s=\(size):r=30:d=10",
        "-vf", "scroll=h=0.0005,noise=c0s=6:c0f=t+u", "-c:v", "libx264", "-preset", "veryfast", "-crf", "23",
        "-g", "60", "-bf", "2", "-pix_fmt", "yuv420p",
      ] + options + [unfinished])
    try FileManager.default.moveItem(atPath: unfinished, toPath: made)
    return made
  }
}

/// Where this program was built from.
enum Checkout {
  static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()
}
