import Foundation

/// The `ffmpeg` program doing the same work, measured by the processor time that it takes.
enum FFmpegPeer {
  static let program = "/usr/bin/ffmpeg"

  /// A 90° window of 1280x720: the vertical field of view follows from the picture's shape.
  private static func v360(yaw: Int, from shape: String = "e:flat") -> String {
    "v360=\(shape):h_fov=90:v_fov=58.715507:yaw=\(yaw):w=1280:h=720:interp=linear"
  }

  /// Seconds of one `v360` projection of a 4K 4:2:0 frame to 1280x720 with one filter thread.
  ///
  /// One decoded frame is repeated by reference; two run lengths are subtracted, so that start-up, decoding and the
  /// building of the table fall out.
  ///
  /// - Parameter shape: what the frame is taken for, in the filter's own words.
  static func secondsPerProjection(clip: String, yaw: Int, from shape: String = "e:flat") throws -> Double {
    func run(_ frames: Int) throws -> Double {
      try ProcessorTime.ofCommand(
        program,
        [
          "-v", "error", "-threads", "1", "-filter_threads", "1", "-t", "0.03", "-i", clip,
          "-vf", "format=yuv420p,loop=loop=\(frames):size=1:start=0,\(v360(yaw: yaw, from: shape))",
          "-frames:v", "\(frames)", "-f", "null", "-",
        ])
    }
    return (try run(120) - run(20)) / 100
  }

  /// Seconds a frame of one process that decodes the clip, splits it, projects a window for each of `yaws` and encodes
  /// each, with the settings of Cupola's own encoder.
  static func secondsPerPipelineFrame(clip: String, frames: Int, yaws: [Int]) throws -> Double {
    let indices = yaws.indices
    let graph =
      "[0:v]split=\(yaws.count)" + indices.map { "[in\($0)]" }.joined() + ";"
      + indices.map { "[in\($0)]\(v360(yaw: yaws[$0]))[out\($0)]" }.joined(separator: ";")
    let encoder = [
      "-c:v", "libx264", "-preset", "superfast", "-tune", "zerolatency", "-profile:v", "baseline", "-forced-idr", "1",
      "-b:v", "4M", "-maxrate", "4M", "-bufsize", "2M", "-g", "300", "-threads", "1",
      "-x264-params", "scenecut=0:bframes=0:sliced-threads=0", "-f", "null", "-",
    ]
    let outputs = indices.flatMap { ["-map", "[out\($0)]", "-frames:v", "\(frames)"] + encoder }
    return try ProcessorTime.ofCommand(program, ["-v", "error", "-i", clip, "-filter_complex", graph] + outputs)
      / Double(frames)
  }
}
