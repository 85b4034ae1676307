import Foundation

/// The `ffmpeg` program doing the same work, measured by the processor time that it takes.
enum FFmpegPeer {
  static let program = "/usr/bin/ffmpeg"

  /// A 90° window of 1280x720: the vertical field of view follows from the picture's shape.
  private static func v360(yaw: Int) -> String {
    "v360=e:flat:h_fov=90:v_fov=58.715507:yaw=\(yaw):w=1280:h=720:interp=linear"
  }

  /// Seconds of one `v360` projection of a 4K 4:2:0 frame to 1280x720 with one filter thread.
  ///
  /// One decoded frame is repeated by reference; two run lengths are subtracted, so that start-up, decoding and the
  /// building of the table fall out.
  static func secondsPerProjection(clip: String) throws -> Double {
    func run(_ frames: Int) throws -> Double {
      try ProcessorTime.ofCommand(
        program,
        [
          "-v", "error", "-threads", "1", "-filter_threads", "1", "-t", "0.03", "-i", clip,
          "-vf", "format=yuv420p,loop=loop=\(frames):size=1:start=0,\(v360(yaw: 0))",
          "-frames:v", "\(frames)", "-f", "null", "-",
        ])
    }
    return (try run(250) - run(50)) / 200
  }

  /// Seconds a frame of one process that decodes the clip, splits it, projects three windows and encodes each.
  static func secondsPerPipelineFrame(clip: String, frames: Int) throws -> Double {
    let graph =
      "split=3[a][b][c];[a]\(v360(yaw: 0))[x];[b]\(v360(yaw: 90))[y];[c]\(v360(yaw: 180))[z]"
    let encoder = [
      "-c:v", "libx264", "-preset", "superfast", "-tune", "zerolatency", "-profile:v", "baseline", "-threads", "1",
      "-b:v", "4M", "-maxrate", "4M", "-bufsize", "2M", "-g", "300", "-f", "null", "-",
    ]
    return try ProcessorTime.ofCommand(
      program,
      ["-v", "error", "-i", clip, "-filter_complex", graph] + ["[x]", "[y]", "[z]"].flatMap { ["-map", $0] + encoder })
      / Double(frames)
  }
}
