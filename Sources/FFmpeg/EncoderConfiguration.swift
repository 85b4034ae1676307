import CFFmpeg
import Media

/// How a preset is encoded.
public struct EncoderConfiguration: Hashable, Sendable {
  /// H.264 profiles; VP8 has none.
  public enum Profile: Hashable, Sendable {
    /// What every browser's H.264 decoder takes.
    case constrainedBaseline
    /// About a tenth fewer bits, without B-frames too.
    case high
  }

  public var codec: VideoCodec
  /// Even numbers.
  public var size: VideoSize
  /// Frames per second that the bit rate is spread over. Fewer may come; they just cost less.
  public var framerate: Rational
  /// Bits per second, on average and over every half second.
  public var bitrate: Int
  /// Seconds between key frames that nobody asked for.
  public var keyframeInterval: Double
  public var colour: ColourDescription
  public var profile: Profile
  /// More than 1 cuts pictures into as many slices, so that one frame in is still one frame out.
  public var threads: Int

  public init(
    codec: VideoCodec = .h264, size: VideoSize, framerate: Rational, bitrate: Int, keyframeInterval: Double = 10,
    colour: ColourDescription = .bt709, profile: Profile = .constrainedBaseline, threads: Int = 1
  ) {
    self.codec = codec
    self.size = size
    self.framerate = framerate
    self.bitrate = bitrate
    self.keyframeInterval = keyframeInterval
    self.colour = colour
    self.profile = profile
    self.threads = threads
  }

  /// How many frames lie between two key frames.
  var keyframeDistance: Int32 { Int32(max(1, min(1e9, keyframeInterval * framerate.value)).rounded()) }

  /// The decoder's buffer in bits: half a second, of which a key frame takes about half.
  var bufferSize: Int32 { Int32(clamping: bitrate / 2) }

  var encoderName: String {
    switch codec {
    case .h264: "libx264"
    case .vp8: "libvpx"
    }
  }

  /// The options of libavcodec that have no field, and the encoder's own.
  var options: [(String, String)] {
    switch codec {
    case .h264:
      [
        ("preset", "superfast"),
        ("tune", "zerolatency"),
        ("profile", profile == .high ? "high" : "baseline"),
        ("forced-idr", "1"),
        ("x264-params", "scenecut=0:bframes=0:sliced-threads=\(threads > 1 ? 1 : 0)"),
      ]
    case .vp8:
      [
        ("deadline", "realtime"),
        // Negative: a fixed speed, where a positive one follows the clock.
        ("cpu-used", "-8"),
        ("lag-in-frames", "0"),
        ("auto-alt-ref", "0"),
        ("error-resilient", "default"),
        ("static-thresh", "1"),
        // The same as the maximum: libvpx's constant bit rate mode.
        ("minrate", String(bitrate)),
        // Finer than 12, one picture after a still moment can take half a second's bits.
        ("qmin", "12"),
        ("qmax", "56"),
        // Of a key frame, in percent of an average frame.
        ("max-intra-rate", "450"),
      ]
    }
  }
}
