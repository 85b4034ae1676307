import CFFmpeg
import Media
import SphericalMetadata

/// The video of an open file, as its container describes it.
public struct VideoStream: Sendable {
  /// Its place among the streams of the container.
  public let index: Int
  /// libav's name of the codec: "h264", "hevc", "vp9", "av1"; of one that it does not know, the container's four letters.
  public let codecName: String
  /// "High", "Main 10"; nil when unknown.
  public let profile: String?
  /// The coded picture without its padding; the frames themselves have the last word.
  public let size: VideoSize
  /// libav's name of the pixel format: "yuv420p"; "unknown" when only decoding can tell.
  public let pixelFormat: String
  public let bitDepth: Int
  public let colour: ColourDescription
  /// nil when the container does not say and cannot be asked.
  public let averageFrameRate: Rational?
  /// The unit of `Packet` and `VideoFrame` times.
  public let timeBase: Rational
  /// The time of the first picture, in `timeBase`; 0 when unknown.
  public let startTime: Int64
  /// How long it claims to be; nil when it does not say, as a live stream.
  public let duration: MediaTime?
  /// Whether `duration` comes from its bit rate or its last packets, not from what its header says.
  public let isDurationEstimated: Bool
  /// The container's own number of it, as the track ID of MP4.
  public let containerID: Int64
  /// What libav says of its projection.
  public let spherical: SphericalMetadata?
  /// How wide a stored sample is, its height being 1; 1 when it makes no sense.
  public let sampleAspectRatio: Double
  /// How its pictures are turned to be upright.
  public let turn: PictureTurn
  /// Whether the container says that it is transparent in places, as WebM does, where the codec's own data do not.
  public let hasAlpha: Bool
  /// Whether pictures are decoded in another order than that in which they are shown.
  public let isReordered: Bool
  /// What a `Decoder` needs.
  public let parameters: CodecParameters

  /// The time of `timestamp` after the first picture.
  public func time(of timestamp: Int64) -> MediaTime {
    let (distance, overflow) = timestamp.subtractingReportingOverflow(startTime)
    return timeBase.time(of: overflow ? (timestamp < 0 ? .min : .max) : distance)
  }

  /// The last stamp that is not after `time` after the first picture, but for a millisecond, by which containers round.
  public func stamp(at time: MediaTime) -> Int64 {
    var ticks = timeBase.ticks(of: time)
    if timeBase.time(of: ticks) > time + MediaTime(seconds: 0.001) { ticks -= 1 }
    let (sum, overflow) = ticks.addingReportingOverflow(startTime)
    return overflow ? (startTime < 0 ? .min : .max) : sum
  }

  init(
    _ stream: UnsafeMutablePointer<AVStream>, duration: MediaTime?, isDurationEstimated: Bool,
    spherical: SphericalMetadata?
  ) throws(MediaError) {
    let values = stream.pointee
    let codec = values.codecpar.pointee
    let format = PixelFormat(codec.format)
    let size = VideoSize(width: Int(codec.width), height: Int(codec.height))
    guard let timeBase = Rational(values.time_base) else { throw .noVideo }
    index = Int(values.index)
    codecName =
      codec.codec_id == AV_CODEC_ID_NONE
      ? Self.name(ofTag: codec.codec_tag) : String(cString: avcodec_get_name(codec.codec_id))
    profile = avcodec_profile_name(codec.codec_id, codec.profile).map { String(cString: $0) }
    self.size = size
    pixelFormat = format.name
    bitDepth = format.bitDepth
    colour = ColourDescription(
      range: codec.color_range, primaries: codec.color_primaries, transfer: codec.color_trc,
      matrix: codec.color_space, format: format.libav, size: size)
    averageFrameRate = Rational(values.avg_frame_rate) ?? Rational(values.r_frame_rate)
    self.timeBase = timeBase
    startTime = values.start_time == CFFMPEG_NO_TIMESTAMP ? 0 : values.start_time
    self.duration = duration
    isReordered = codec.video_delay > 0
    self.isDurationEstimated = isDurationEstimated
    self.spherical = spherical
    let ratio = Rational(values.sample_aspect_ratio) ?? Rational(codec.sample_aspect_ratio)
    sampleAspectRatio = ratio.flatMap { (0.01...100).contains($0.value) ? $0.value : nil } ?? 1
    var matrixSize = 0
    let matrix = cffmpeg_side_data(stream, AV_PKT_DATA_DISPLAYMATRIX, &matrixSize)
    turn = PictureTurn(displayMatrix: matrix, size: matrixSize) ?? .none
    containerID = Int64(values.id)
    hasAlpha = av_dict_get(values.metadata, "alpha_mode", nil, 0).map { $0.pointee.value.pointee == 0x31 } ?? false
    parameters = try CodecParameters(copying: values.codecpar)
  }

  /// Whether libav can decode it at all.
  var hasDecoder: Bool { avcodec_find_decoder(parameters.pointer.pointee.codec_id) != nil }

  private static func name(ofTag tag: UInt32) -> String {
    let letters = (0..<4).map { UInt8(truncatingIfNeeded: tag >> (8 * UInt32($0))) }
    guard letters.allSatisfy({ (0x21...0x7E).contains($0) }) else { return "unknown" }
    return String(decoding: letters, as: UTF8.self)
  }
}
