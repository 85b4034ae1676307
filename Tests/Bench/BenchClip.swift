import Foundation

/// The 4K clip that the benches play: a moving, grainy panorama, 3840x1920, 30 frames a second, 10 s of H.264.
///
/// A camera's file from beside the project is taken when it is there, for it is nearer to life; otherwise one is made
/// by ffmpeg once and kept in `.build/bench`.
enum BenchClip {
  static func path() throws -> String {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let beside = root.appendingPathComponent("../shared/media/made/real4k-h264.mp4").standardizedFileURL.path
    if FileManager.default.fileExists(atPath: beside) { return beside }
    let made = root.appendingPathComponent(".build/bench/grain-4k.mp4").path
    if !FileManager.default.fileExists(atPath: made) {
      try FileManager.default.createDirectory(
        atPath: root.appendingPathComponent(".build/bench").path, withIntermediateDirectories: true)
      _ = try ProcessorTime.ofCommand(
        "/usr/bin/ffmpeg",
        [
          "-v", "error", "-y", "-f", "lavfi", "-i", "testsrc2=s=3840x1920:r=30:d=10",
          "-vf", "scroll=h=0.0005,noise=c0s=6:c0f=t+u", "-c:v", "libx264", "-preset", "veryfast", "-crf", "23",
          "-g", "60", "-bf", "2", "-pix_fmt", "yuv420p", made,
        ])
    }
    return made
  }

  /// How many frames the clip has.
  static let frameCount = 300
}
