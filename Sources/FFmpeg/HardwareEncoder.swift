import CFFmpeg
import Clocks
import CSurface
import CVA
import Media

/// Encodes H.264 on a graphics device: the same pictures in and the same kind of stream out as `Encoder`.
///
/// Constrained Baseline without B-frames, a packet for each picture, parameter sets in band before each IDR picture.
/// Its calls are the driver's, and may hang.
/// Sendable: it has one owner, and libavcodec does not tie a context to a thread.
public struct HardwareEncoder: ~Copyable, @unchecked Sendable {
  public let configuration: EncoderConfiguration
  private let device: VAAPIDevice
  private let context: CodecContext
  private let frames: UnsafeMutablePointer<AVBufferRef>
  private let output = Packet()
  private var frameNumber: Int64 = 0
  private var hasStarted = false

  public init(_ configuration: EncoderConfiguration, device: VAAPIDevice) throws(MediaError) {
    _ = AVLog.isQuiet
    guard configuration.codec == .h264, let codec = avcodec_find_encoder_by_name("h264_vaapi") else {
      throw .noEncoder(codec: configuration.codec.rawValue)
    }
    guard let entryPoint = device.encodeEntryPoint() else { throw .device("it does not encode H.264") }
    let size = configuration.size
    guard size.width <= entryPoint.limit.width, size.height <= entryPoint.limit.height else {
      throw .device("it encodes at most \(entryPoint.limit) pixels")
    }
    let frames = try Self.makeFrames(size, device: device)
    var opened: CodecContext?
    var failure: MediaError?
    // A driver with no bit rate of its own to keep takes a fixed quality.
    for keepsRate in [true, false] where opened == nil {
      do throws(MediaError) {
        opened = try Self.open(
          codec, configuration, frames: frames, isLowPower: entryPoint.isLowPower, keepsRate: keepsRate)
      } catch {
        failure = failure ?? error
      }
    }
    guard let context = opened.take() else {
      var frames: UnsafeMutablePointer<AVBufferRef>? = frames
      av_buffer_unref(&frames)
      throw failure ?? .device("it does not encode H.264")
    }
    self.context = context
    self.frames = frames
    self.configuration = configuration
    self.device = device
  }

  deinit {
    var frames: UnsafeMutablePointer<AVBufferRef>? = frames
    av_buffer_unref(&frames)
  }

  private static func makeFrames(
    _ size: VideoSize, device: VAAPIDevice
  ) throws(MediaError) -> UnsafeMutablePointer<AVBufferRef> {
    var deviceReference: UnsafeMutablePointer<AVBufferRef>? = try device.makeReference()
    defer { av_buffer_unref(&deviceReference) }
    guard let frames = av_hwframe_ctx_alloc(deviceReference!) else { fatalError("out of memory") }
    let context = UnsafeMutableRawPointer(frames.pointee.data!).assumingMemoryBound(to: AVHWFramesContext.self)
    context.pointee.format = AV_PIX_FMT_VAAPI
    context.pointee.sw_format = AV_PIX_FMT_NV12
    context.pointee.width = Int32(size.width)
    context.pointee.height = Int32(size.height)
    // One being encoded and one being filled; a pool of a fixed size, as some drivers want.
    context.pointee.initial_pool_size = 4
    let code = av_hwframe_ctx_init(frames)
    guard code >= 0 else {
      var frames: UnsafeMutablePointer<AVBufferRef>? = frames
      av_buffer_unref(&frames)
      throw .device(LibAVError(code: code, operation: "make surfaces to encode from").description)
    }
    return frames
  }

  private static func open(
    _ codec: UnsafePointer<AVCodec>, _ configuration: EncoderConfiguration,
    frames: UnsafeMutablePointer<AVBufferRef>, isLowPower: Bool, keepsRate: Bool
  ) throws(MediaError) -> CodecContext {
    let context = CodecContext(codec)
    context.prepare(for: configuration, pixelFormat: AV_PIX_FMT_VAAPI)
    context.pointer.pointee.profile = CFFMPEG_PROFILE_H264_CONSTRAINED_BASELINE
    if keepsRate {
      context.keepRate(of: configuration)
    } else {
      context.pointer.pointee.global_quality = 26
    }
    context.pointer.pointee.hw_frames_ctx = av_buffer_ref(frames)
    var options: OpaquePointer?
    defer { av_dict_free(&options) }
    // With one picture in flight each call gives the picture that went in.
    av_dict_set(&options, "async_depth", "1", 0)
    av_dict_set(&options, "low_power", isLowPower ? "1" : "0", 0)
    av_dict_set(&options, "sei", "0", 0)
    let code = avcodec_open2(context.pointer, codec, &options)
    guard code >= 0 else {
      throw .device(LibAVError(code: code, operation: "open the h264_vaapi encoder").description)
    }
    return context
  }

  /// Encodes `frame`, which must be an 8-bit `yuv420p` picture of the configured size.
  public mutating func encode(
    _ frame: VideoFrame, time: MediaTime, forceKeyframe: Bool = false
  ) throws(MediaError) -> EncodedFrame {
    guard frame.layout == .yuv420p, frame.size == configuration.size else {
      throw .unsupportedPicture("\(frame.pixelFormat) with \(frame.size) pixels")
    }
    guard let surface = av_frame_alloc() else { fatalError("out of memory") }
    var owned: UnsafeMutablePointer<AVFrame>? = surface
    HeldSurfaces.encoding.take()
    defer {
      av_frame_free(&owned)
      HeldSurfaces.encoding.giveBack()
    }
    try Self.check(av_hwframe_get_buffer(frames, surface, 0), "get a surface to encode from")
    try upload(frame, to: VASurfaceID(truncatingIfNeeded: UInt(bitPattern: surface.pointee.data.3)))
    configuration.colour.apply(to: surface)
    surface.pointee.pts = frameNumber
    surface.pointee.pict_type = forceKeyframe ? AV_PICTURE_TYPE_I : AV_PICTURE_TYPE_NONE
    frameNumber += 1
    try Self.check(avcodec_send_frame(context.pointer, surface), "encode a picture")
    try Self.check(avcodec_receive_packet(context.pointer, output.pointer), "encode a picture")
    defer { av_packet_unref(output.pointer) }
    let packet = output.pointer.pointee
    var data = [UInt8](UnsafeBufferPointer(start: packet.data, count: Int(packet.size)))
    let isKeyFrame = packet.flags & AV_PKT_FLAG_KEY != 0
    if isKeyFrame, !Self.hasParameterSets(data) {
      // Of a driver that writes them nowhere but beside the stream.
      guard let sets = context.pointer.pointee.extradata, context.pointer.pointee.extradata_size > 0 else {
        throw .device("it writes no parameter sets")
      }
      data = UnsafeBufferPointer(start: sets, count: Int(context.pointer.pointee.extradata_size)) + data
    }
    guard hasStarted || isKeyFrame else { throw .device("its stream does not begin with a key frame") }
    hasStarted = true
    return EncodedFrame(
      data: data, codec: .h264, time: time, isKeyFrame: isKeyFrame, encodedAt: MonotonicTime.now)
  }

  private static func check(_ code: Int32, _ operation: String) throws(MediaError) {
    guard code < 0 else { return }
    throw .device(LibAVError(code: code, operation: operation).description)
  }

  /// Whether a sequence parameter set (type 7) stands before the first slice.
  private static func hasParameterSets(_ data: [UInt8]) -> Bool {
    var zeros = 0
    for (index, byte) in data.enumerated() {
      if byte == 1, zeros >= 2, index + 1 < data.count {
        let type = data[index + 1] & 0x1F
        if type == 7 { return true }
        if type == 1 || type == 5 { return false }
      }
      zeros = byte == 0 ? zeros + 1 : 0
    }
    return false
  }

  /// Writes a picture into a surface as NV12, weaving Cb and Cr on the way.
  ///
  /// By libva itself and not by libavutil, which does not look at what vaPutImage says.
  private func upload(_ frame: VideoFrame, to surface: VASurfaceID) throws(MediaError) {
    let display = device.display
    var image = VAImage()
    var isDerived = vaDeriveImage(display, surface, &image) == VA_STATUS_SUCCESS
    if isDerived, image.format.fourcc != UInt32(VA_FOURCC_NV12) {
      vaDestroyImage(display, image.image_id)
      isDerived = false
    }
    if !isDerived {
      var format = VAImageFormat()
      format.fourcc = UInt32(VA_FOURCC_NV12)
      format.byte_order = UInt32(VA_LSB_FIRST)
      format.bits_per_pixel = 12
      try VAAPIDevice.check(
        vaCreateImage(display, &format, Int32(frame.size.width), Int32(frame.size.height), &image), "vaCreateImage")
    }
    defer { vaDestroyImage(display, image.image_id) }
    var mapped: UnsafeMutableRawPointer?
    try VAAPIDevice.check(vaMapBuffer(display, image.buf, &mapped), "vaMapBuffer")
    if let mapped {
      frame.withPicture { picture in
        csurface_copy(
          CSURFACE_PLAIN, (mapped + Int(image.offsets.0)).assumingMemoryBound(to: UInt8.self), Int(image.pitches.0),
          picture.luma.base.assumingMemoryBound(to: UInt8.self), picture.luma.stride, picture.size.width,
          picture.size.height)
        csurface_interleave(
          (mapped + Int(image.offsets.1)).assumingMemoryBound(to: UInt8.self), Int(image.pitches.1),
          picture.cb.base.assumingMemoryBound(to: UInt8.self), picture.cb.stride,
          picture.cr.base.assumingMemoryBound(to: UInt8.self), picture.cr.stride, picture.chromaSize.width,
          picture.chromaSize.height)
      }
    }
    try VAAPIDevice.check(vaUnmapBuffer(display, image.buf), "vaUnmapBuffer")
    guard !isDerived else { return }
    let (width, height) = (UInt32(frame.size.width), UInt32(frame.size.height))
    try VAAPIDevice.check(
      vaPutImage(display, surface, image.image_id, 0, 0, width, height, 0, 0, width, height), "vaPutImage")
  }
}
