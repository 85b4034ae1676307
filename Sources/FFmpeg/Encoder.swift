import CFFmpeg
import Clocks
import Media

/// Encodes one preset for live viewers: every picture that goes in comes out at once.
///
/// H.264 comes in Annex B form, with the parameter sets in band before each IDR picture and the colours in their VUI.
/// Sendable: it has one owner, and libavcodec does not tie a context to a thread.
public struct Encoder: ~Copyable, @unchecked Sendable {
  public let configuration: EncoderConfiguration
  private let context: CodecContext
  /// Carries a reference to each picture with this encoder's own time and wish for a key frame.
  private let input: VideoFrameReference
  private let output: Packet
  private var frameNumber: Int64 = 0

  public init(_ configuration: EncoderConfiguration) throws(MediaError) {
    _ = AVLog.isQuiet
    let size = configuration.size
    let allowed = 16...VideoFramePool.maximumDimension
    guard allowed.contains(size.width), allowed.contains(size.height), size.width % 2 == 0, size.height % 2 == 0 else {
      throw .unsupportedPicture("\(size) pixels")
    }
    guard let codec = avcodec_find_encoder_by_name(configuration.encoderName) else {
      throw .noEncoder(codec: configuration.codec.rawValue)
    }
    let context = CodecContext(codec)
    context.prepare(for: configuration, pixelFormat: AV_PIX_FMT_YUV420P)
    context.keepRate(of: configuration)
    context.pointer.pointee.thread_count = Int32(clamping: max(1, configuration.threads))
    var options: OpaquePointer?
    defer { av_dict_free(&options) }
    for (name, value) in configuration.options { av_dict_set(&options, name, value, 0) }
    try check(avcodec_open2(context.pointer, codec, &options), "open the \(configuration.encoderName) encoder")
    assert(av_dict_count(options) == 0, "an option that \(configuration.encoderName) does not know")
    self.configuration = configuration
    self.context = context
    input = VideoFrameReference()
    output = Packet()
  }

  /// Encodes `frame`, which must be an 8-bit `yuv420p` picture of the configured size, without copying it.
  ///
  /// The result has `time` as its own. nil only if the encoder chose to drop the picture.
  public mutating func encode(
    _ frame: VideoFrame, time: MediaTime, forceKeyframe: Bool = false
  ) throws(MediaError) -> EncodedFrame? {
    guard frame.layout == .yuv420p, frame.size == configuration.size else {
      throw .unsupportedPicture("\(frame.pixelFormat) with \(frame.size) pixels")
    }
    try input.refer(to: frame)
    defer { input.release() }
    input.pointer.pointee.pts = frameNumber
    input.pointer.pointee.pict_type = forceKeyframe ? AV_PICTURE_TYPE_I : AV_PICTURE_TYPE_NONE
    frameNumber += 1
    try check(avcodec_send_frame(context.pointer, input.pointer), "encode a picture")
    let code = avcodec_receive_packet(context.pointer, output.pointer)
    guard code != CFFMPEG_ERROR_EAGAIN else { return nil }
    try check(code, "encode a picture")
    defer { av_packet_unref(output.pointer) }
    let packet = output.pointer.pointee
    return EncodedFrame(
      data: [UInt8](UnsafeBufferPointer(start: packet.data, count: Int(packet.size))),
      codec: configuration.codec, time: time, isKeyFrame: packet.flags & AV_PKT_FLAG_KEY != 0,
      encodedAt: MonotonicTime.now)
  }
}

extension CodecContext {
  /// Says what every encoder is to make of its pictures: size, colours, time base, key frames, no B-frames.
  func prepare(for configuration: EncoderConfiguration, pixelFormat: AVPixelFormat) {
    let colour = configuration.colour
    pointer.pointee.width = Int32(configuration.size.width)
    pointer.pointee.height = Int32(configuration.size.height)
    pointer.pointee.pix_fmt = pixelFormat
    pointer.pointee.color_range = colour.libavRange
    pointer.pointee.color_primaries = AVColorPrimaries(UInt32(bitPattern: colour.primaries))
    pointer.pointee.color_trc = AVColorTransferCharacteristic(UInt32(bitPattern: colour.transfer))
    pointer.pointee.colorspace = AVColorSpace(UInt32(bitPattern: colour.matrix))
    pointer.pointee.framerate = configuration.framerate.libav
    pointer.pointee.time_base = av_inv_q(configuration.framerate.libav)
    pointer.pointee.gop_size = configuration.keyframeDistance
    pointer.pointee.max_b_frames = 0
  }

  /// The bit rate, on average and over the decoder's buffer.
  func keepRate(of configuration: EncoderConfiguration) {
    pointer.pointee.bit_rate = Int64(configuration.bitrate)
    pointer.pointee.rc_max_rate = Int64(configuration.bitrate)
    pointer.pointee.rc_buffer_size = configuration.bufferSize
  }
}

/// An AVFrame that refers to one picture after another.
struct VideoFrameReference: ~Copyable {
  let pointer: UnsafeMutablePointer<AVFrame>

  init() {
    guard let pointer = av_frame_alloc() else { fatalError("out of memory") }
    self.pointer = pointer
  }

  deinit {
    var pointer: UnsafeMutablePointer<AVFrame>? = pointer
    av_frame_free(&pointer)
  }

  func refer(to frame: VideoFrame) throws(MediaError) {
    try check(av_frame_ref(pointer, frame.pointer), "refer to a picture")
  }

  func release() { av_frame_unref(pointer) }
}
