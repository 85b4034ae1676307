import CFFmpeg
import Media

/// One of the streams of a container, as the container describes it.
public struct Track: Hashable, Sendable {
  public enum Kind: String, Hashable, Sendable {
    case video, audio, subtitle, data, other
  }

  /// Its place among the tracks of the container.
  public let index: Int
  public let kind: Kind
  /// libav's name of the codec: "aac", "opus", "mov_text".
  public let codecName: String
  /// The unit of its stamps; nil when it has none that makes sense.
  public let timeBase: Rational?
  /// Its first stamp, in `timeBase`; nil when unknown.
  public let startTime: Int64?
  /// How long it claims to be; nil when it does not say.
  public let duration: MediaTime?
  /// Of its coded pictures; nil of all that is no film, as cover art.
  public let size: VideoSize?
  /// Samples a second and channels of sound; 0 of everything else, and when only decoding can tell.
  public let sampleRate: Int
  public let channels: Int

  init(_ stream: UnsafeMutablePointer<AVStream>) {
    let values = stream.pointee
    let codec = values.codecpar.pointee
    index = Int(values.index)
    codecName = String(cString: avcodec_get_name(codec.codec_id))
    kind =
      switch codec.codec_type {
      case AVMEDIA_TYPE_VIDEO: .video
      case AVMEDIA_TYPE_AUDIO: .audio
      case AVMEDIA_TYPE_SUBTITLE: .subtitle
      case AVMEDIA_TYPE_DATA: .data
      default: .other
      }
    let timeBase = Rational(values.time_base)
    self.timeBase = timeBase
    startTime = values.start_time == CFFMPEG_NO_TIMESTAMP ? nil : values.start_time
    let length = values.duration == CFFMPEG_NO_TIMESTAMP ? .zero : timeBase?.time(of: values.duration) ?? .zero
    duration = length > .zero ? length : nil
    let isFilm = kind == .video && cffmpeg_is_attached_picture(stream) == 0 && codec.width > 0 && codec.height > 0
    size = isFilm ? VideoSize(width: Int(codec.width), height: Int(codec.height)) : nil
    sampleRate = Int(max(codec.sample_rate, 0))
    channels = Int(max(codec.ch_layout.nb_channels, 0))
  }
}
