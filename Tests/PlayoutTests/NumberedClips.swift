import FFmpeg
import Foundation
import Media
import Playout
import Testing

/// Small clips whose frames show their number in eight bars, made by the `ffmpeg` program in every container and codec
/// that plays, once a run.
enum NumberedClips {
  static let framerate = 25.0

  /// How a container is written, and what its pictures are coded with.
  struct Kind: Sendable, CustomTestStringConvertible {
    var name: String
    var options: String

    var testDescription: String { name }
  }

  private static let h264 = "-c:v libx264 -preset ultrafast -crf 10 -bf 2 -sc_threshold 0"
  private static let mpeg2 = "-c:v mpeg2video -q:v 2 -bf 2 -sc_threshold 1000000000"

  static let kinds = [
    Kind(name: "mp4", options: h264),
    Kind(name: "fragmented.mp4", options: h264 + " -movflags frag_keyframe+empty_moov"),
    Kind(name: "mov", options: h264), Kind(name: "mkv", options: h264),
    Kind(name: "webm", options: "-c:v libvpx-vp9 -deadline realtime -cpu-used 8 -b:v 1M"),
    Kind(name: "ts", options: h264), Kind(name: "m2ts", options: h264 + " -f mpegts -mpegts_m2ts_mode 1"),
    Kind(name: "mpg", options: mpeg2), Kind(name: "vob", options: mpeg2 + " -f vob"), Kind(name: "flv", options: h264),
    Kind(name: "avi", options: "-c:v mpeg4 -q:v 2 -sc_threshold 1000000000"),
    Kind(name: "ogv", options: "-c:v libtheora -q:v 10"),
  ]

  /// Of so many seconds, a key frame every `group` frames; nil where a container takes no sound.
  static func make(
    _ kind: Kind, name: String, seconds: Double, group: Int, sound: Double? = nil, more: String = ""
  ) -> String {
    let output = "\(TestClips.folder)/\(name).\(kind.name)"
    let picture =
      "nullsrc=s=128x64:r=25:d=\(seconds),geq=lum='if(bitand(N,pow(2,floor(X/16))),220,40)':cb=128:cr=128,format=yuv420p"
    var arguments = ["-f", "lavfi", "-i", picture]
    if let sound { arguments += ["-f", "lavfi", "-i", "sine=d=\(sound)", "-c:a"] + codec(ofSoundIn: kind) }
    TestClips.run(
      arguments + (kind.options + " -g \(group) " + more).split(separator: " ").map(String.init) + [output])
    return output
  }

  private static func codec(ofSoundIn kind: Kind) -> [String] {
    switch kind.name {
    case "webm": ["libopus"]
    case "mpg", "vob", "avi": ["mp2"]
    case "flv": ["aac", "-ar", "44100"]
    case "ogv": ["libvorbis"]
    default: ["aac"]
    }
  }

  /// The number that a frame shows.
  static func number(of frame: VideoFrame) -> Int {
    frame.withPicture { picture in
      (0..<8).reduce(0) { number, bit in
        let column = picture.size.width * (2 * bit + 1) / 16
        let sample = picture.luma.base.load(
          fromByteOffset: picture.size.height / 2 * picture.luma.stride + column, as: UInt8.self)
        return number | (sample > 128 ? 1 << bit : 0)
      }
    }
  }
}
