import CFFmpeg
import Glibc
import Media
import Synchronization

/// Turns packets into pictures.
///
/// After each `send`, call `receive` until it gives nil or throws. A decoder works ahead on `threads` frames, so a
/// picture comes out as many packets after its own went in.
/// Sendable: it has one owner, and libavcodec does not tie a context to a thread.
public struct Decoder: ~Copyable, @unchecked Sendable {
  private let context: CodecContext
  private let callbacks: DecoderCallbacks
  /// Whether everything that was sent before `sendEnd` has come out.
  public private(set) var isAtEnd = false
  /// Whether pictures that a device decodes are brought from its memory; else they come without samples.
  public var bringsPictures = true
  private var surfaceCopy = SurfaceCopy()
  private let device: VAAPIDevice?

  /// No picture may have more pixels than this: 16384x8192.
  static let maximumPixels: Int64 = 16_384 * 8192

  /// A thread per processor, and no more than four: each holds pictures of its own.
  public static var defaultThreads: Int { min(max(Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))), 1), 4) }

  /// Surfaces beyond those that the codec needs: none leaves `receive`, which holds one while it is copied, and libavcodec
  /// keeps one more between two calls.
  private static let extraSurfaces = HeldSurfaces.limitOfDecoder + 1

  /// `threads` decode frames side by side; 1 takes the least memory, and the CPU time is the same. With hardware there
  /// is one, and at the first error the decoder is to be given up: what it puts out after one is wrong, unmarked, or
  /// a crash.
  ///
  /// - Parameter memory: has the room for its pictures.
  public init(
    stream: VideoStream, hardware: (any HardwareDevice)? = nil, threads: Int = Decoder.defaultThreads,
    memory: PictureMemory = .shared
  ) throws(MediaError) {
    try self.init(
      parameters: stream.parameters, codecName: stream.codecName, timeBase: stream.timeBase, hardware: hardware,
      hasAlpha: stream.hasAlpha, threads: threads, memory: memory)
  }

  init(
    parameters: CodecParameters, codecName: String? = nil, timeBase: Rational, hardware: (any HardwareDevice)? = nil,
    hasAlpha: Bool = false, threads: Int = 1, memory: PictureMemory = .shared
  ) throws(MediaError) {
    _ = AVLog.isQuiet
    let parameters = parameters.pointer
    let codecName = codecName ?? String(cString: avcodec_get_name(parameters.pointee.codec_id))
    let preferred = Self.preferred(parameters.pointee.codec_id, onDevice: hardware != nil, hasAlpha: hasAlpha)
    guard let codec = preferred ?? avcodec_find_decoder(parameters.pointee.codec_id) else {
      throw .noDecoder(codec: codecName)
    }
    let context = CodecContext(codec)
    try check(avcodec_parameters_to_context(context.pointer, parameters), "set up the decoder")
    let demand = DecodingMemory(parameters)
    let callbacks = DecoderCallbacks(
      hardware: hardware, memory: memory, besideBytesPerKibipixel: demand.besideBytesPerKibipixel)
    context.pointer.pointee.pkt_timebase = timeBase.libav
    context.pointer.pointee.thread_count = hardware == nil ? Int32(clamping: max(1, threads)) : 1
    // Of decoders that get the memory for their pictures themselves, the size of the pictures is bounded instead.
    let takesOurs = codec.pointee.capabilities & AV_CODEC_CAP_DR1 != 0
    context.pointer.pointee.max_pixels =
      takesOurs ? Self.maximumPixels : min(Self.maximumPixels, demand.pixels(within: memory.limit, threads: threads))
    // Crops exactly, at the price of rows that begin anywhere.
    context.pointer.pointee.flags |= AV_CODEC_FLAG_UNALIGNED
    callbacks.install(in: context.pointer)
    cffmpeg_make_callbacks_thread_safe(context.pointer)
    if let hardware {
      context.pointer.pointee.hw_device_ctx = try hardware.makeReference()
      context.pointer.pointee.extra_hw_frames = Self.extraSurfaces
    }
    try check(avcodec_open2(context.pointer, codec, nil), "open the \(codecName) decoder")
    device = hardware as? VAAPIDevice
    self.context = context
    self.callbacks = callbacks
  }

  /// A decoder that does what the usual one does not, where it is there.
  private static func preferred(_ codec: AVCodecID, onDevice: Bool, hasAlpha: Bool) -> UnsafePointer<AVCodec>? {
    switch codec {
    // The one with a way to the device is not the first, and it can do nothing without.
    case AV_CODEC_ID_AV1 where onDevice: avcodec_find_decoder_by_name("av1")
    // libavcodec's own leave out what WebM stores beside a picture: its alpha.
    case AV_CODEC_ID_VP8 where hasAlpha: avcodec_find_decoder_by_name("libvpx")
    case AV_CODEC_ID_VP9 where hasAlpha: avcodec_find_decoder_by_name("libvpx-vp9")
    default: nil
    }
  }

  /// Whether pictures that no other picture needs are left out, for a decoder that is late.
  public var skipNonReference: Bool {
    get { context.pointer.pointee.skip_frame == AVDISCARD_NONREF }
    set { context.pointer.pointee.skip_frame = newValue ? AVDISCARD_NONREF : AVDISCARD_DEFAULT }
  }

  /// Gives `packet` to the decoder, which keeps a reference if it needs one.
  ///
  /// Whatever libavcodec says of a packet is `.damaged`, and the decoder goes on with the next one.
  public mutating func send(_ packet: borrowing Packet) throws(MediaError) {
    // An empty packet would mean the end.
    guard packet.byteCount > 0 else { return }
    let code = avcodec_send_packet(context.pointer, packet.pointer)
    guard code < 0 else { return }
    throw callbacks.refusal ?? .damaged(LibAVError(code: code, operation: "decode a packet"))
  }

  /// Tells the decoder that nothing follows; `receive` then gives what it still holds.
  public mutating func sendEnd() throws(MediaError) {
    let code = avcodec_send_packet(context.pointer, nil)
    guard code != CFFMPEG_ERROR_EOF else { return }
    try check(code, "end decoding")
  }

  /// The next picture, in the order of presentation; nil when it needs more packets, or `isAtEnd`.
  public mutating func receive() throws(MediaError) -> VideoFrame? {
    guard let frame = av_frame_alloc() else { fatalError("out of memory") }
    var owned: UnsafeMutablePointer<AVFrame>? = frame
    let code = avcodec_receive_frame(context.pointer, frame)
    guard code >= 0 else {
      av_frame_free(&owned)
      if code == CFFMPEG_ERROR_EOF { isAtEnd = true }
      if code == CFFMPEG_ERROR_EAGAIN || code == CFFMPEG_ERROR_EOF { return nil }
      throw callbacks.refusal ?? .damaged(LibAVError(code: code, operation: "decode a picture"))
    }
    guard frame.pointee.hw_frames_ctx != nil else { return VideoFrame(adopting: frame) }
    HeldSurfaces.decoding.take()
    defer {
      av_frame_free(&owned)
      HeldSurfaces.decoding.giveBack()
    }
    guard let device else { throw .device("a picture of another device") }
    return bringsPictures ? try surfaceCopy.copy(frame, device: device) : try surfaceCopy.placeholder(for: frame)
  }

  /// Forgets all that was sent, after a seek or to begin again after the end.
  public mutating func flush() {
    avcodec_flush_buffers(context.pointer)
    isAtEnd = false
  }
}
