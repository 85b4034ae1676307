import Foundation
import Media
import SphericalVideo

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
    let card = PanoramaTestCard(size: size)
    var picture = [UInt8](repeating: 0, count: size.width * size.height * 3 / 2)
    for number in 0..<count {
      picture.withUnsafeMutableBytes { bytes in
        let picture = planar(bytes.baseAddress!, size)
        if number == 0 { card.drawBase(into: picture) }
        card.drawFrameNumber(number, into: picture)
      }
      try input.fileHandleForWriting.write(contentsOf: picture)
    }
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

  private static func planar(_ base: UnsafeMutableRawPointer, _ size: VideoSize) -> PlanarPicture {
    let (luma, chroma) = (size.width * size.height, size.width * size.height / 4)
    return PlanarPicture(
      layout: .yuv420p, size: size, luma: .init(base: base, stride: size.width),
      cb: .init(base: base + luma, stride: size.width / 2),
      cr: .init(base: base + luma + chroma, stride: size.width / 2))
  }
}
