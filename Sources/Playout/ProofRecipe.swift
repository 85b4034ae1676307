import FFmpeg

extension DecodeProfile {
  /// How the film is encoded that a device proves itself on: by an encoder with as many tricks as it has.
  var proof: CodedClip.Recipe {
    switch self {
    case .h264ConstrainedBaseline:
      .init(
        encoder: "libx264", options: [("preset", "veryfast"), ("profile", "baseline"), ("x264-params", "slices=2")])
    case .h264Main:
      .init(
        encoder: "libx264",
        options: [("preset", "veryfast"), ("profile", "main"), ("x264-params", "bframes=2:slices=2")])
    case .h264High:
      .init(
        encoder: "libx264",
        options: [("preset", "veryfast"), ("profile", "high"), ("x264-params", "bframes=3:8x8dct=1")])
    case .hevcMain, .hevcMain10:
      .init(
        encoder: "libx265",
        options: [
          ("preset", "ultrafast"), ("x265-params", "log-level=none:pools=1:frame-threads=1:bframes=2:keyint=15"),
        ], isDeep: isDeep)
    case .vp8: .init(encoder: "libvpx", options: [("deadline", "realtime"), ("cpu-used", "8")])
    case .vp9, .vp910:
      .init(encoder: "libvpx-vp9", options: [("deadline", "realtime"), ("cpu-used", "8")], isDeep: isDeep)
    // Not SVT-AV1, which writes to standard error whatever it is told.
    case .av1: .init(encoder: "libaom-av1", options: [("usage", "realtime"), ("cpu-used", "8")])
    }
  }
}
