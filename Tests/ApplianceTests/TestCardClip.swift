import Foundation
import Media
import TestCardFilm

/// Clips of the product's own test card, coded by the `ffmpeg` program.
enum TestCardClip {
  struct Failure: Error {
    var arguments: [String]
    var status: Int32
  }

  static let framerate = 30

  /// A clip of `count` frames, numbered from 0, as an equirectangular H.264 MP4 file with B-frames.
  static func make(frames count: Int, at path: String) throws {
    let size = VideoSize(width: 1280, height: 640)
    let ffmpeg = Process()
    ffmpeg.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    ffmpeg.arguments = [
      "ffmpeg", "-v", "error", "-y", "-f", "rawvideo", "-pix_fmt", "yuv420p", "-s", "\(size.width)x\(size.height)",
      "-r", "\(framerate)", "-i", "-", "-c:v", "libx264", "-preset", "veryfast", "-bf", "2", "-crf", "18", "-g", "30",
      "-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709", "-color_range", "tv", path,
    ]
    let input = Pipe()
    ffmpeg.standardInput = input
    try ffmpeg.run()
    try TestCardFilm.write(0..<count, size: size, to: input.fileHandleForWriting)
    try input.fileHandleForWriting.close()
    ffmpeg.waitUntilExit()
    guard ffmpeg.terminationStatus == 0 else {
      throw Failure(arguments: ffmpeg.arguments ?? [], status: ffmpeg.terminationStatus)
    }
  }

  /// A clip of ten seconds of some other picture, for those whom it does not matter.
  static func makePlain(at path: String) throws {
    try ffmpeg([
      "-f", "lavfi", "-i", "testsrc=size=640x320:rate=\(framerate)", "-t", "10", "-c:v", "libx264", "-preset",
      "ultrafast", "-g", "30", "-pix_fmt", "yuv420p", path,
    ])
  }

  /// Runs `ffmpeg`.
  static func ffmpeg(_ arguments: [String]) throws {
    let ffmpeg = Process()
    ffmpeg.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    ffmpeg.arguments = ["ffmpeg", "-v", "error", "-nostdin", "-y"] + arguments
    try ffmpeg.run()
    ffmpeg.waitUntilExit()
    guard ffmpeg.terminationStatus == 0 else { throw Failure(arguments: arguments, status: ffmpeg.terminationStatus) }
  }
}
