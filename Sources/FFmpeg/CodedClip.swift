import CFFmpeg
import Media

/// A short film in memory, 30 frames a second.
public final class CodedClip: Sendable {
  /// How it is encoded.
  public struct Recipe: Sendable {
    /// libavcodec's name of the encoder: "libx264".
    public var encoder: String
    /// The encoder's own options.
    public var options: [(name: String, value: String)]
    /// Whether it has 10 bits.
    public var isDeep: Bool

    public init(encoder: String, options: [(name: String, value: String)], isDeep: Bool = false) {
      self.encoder = encoder
      self.options = options
      self.isDeep = isDeep
    }
  }

  private let parameters: CodecParameters
  private let timeBase: Rational
  private let packets: [SharedPacket]

  /// Sendable: nothing changes it once it is made.
  private final class SharedPacket: @unchecked Sendable {
    let packet = Packet()
  }

  /// Encodes `frames`, 8-bit `yuv420p` pictures of one size.
  ///
  /// - Throws: `.noEncoder` where libavcodec has none of that name.
  public init(_ recipe: Recipe, frames: [VideoFrame]) throws(MediaError) {
    _ = AVLog.isQuiet
    guard let codec = avcodec_find_encoder_by_name(recipe.encoder), let first = frames.first else {
      throw .noEncoder(codec: recipe.encoder)
    }
    let context = CodecContext(codec)
    guard let timeBase = Rational(1, 30) else { preconditionFailure("a thirtieth is no number") }
    context.pointer.pointee.width = Int32(first.size.width)
    context.pointer.pointee.height = Int32(first.size.height)
    context.pointer.pointee.pix_fmt = recipe.isDeep ? AV_PIX_FMT_YUV420P10LE : AV_PIX_FMT_YUV420P
    context.pointer.pointee.time_base = timeBase.libav
    context.pointer.pointee.framerate = av_inv_q(timeBase.libav)
    context.pointer.pointee.gop_size = 15
    context.pointer.pointee.bit_rate = 2_000_000
    context.pointer.pointee.thread_count = 1
    // The parameter sets go beside the stream, as in a file.
    context.pointer.pointee.flags |= AV_CODEC_FLAG_GLOBAL_HEADER
    var options: OpaquePointer?
    defer { av_dict_free(&options) }
    for (name, value) in recipe.options { av_dict_set(&options, name, value, 0) }
    try check(avcodec_open2(context.pointer, codec, &options), "open the \(recipe.encoder) encoder")
    guard let described = avcodec_parameters_alloc() else { fatalError("out of memory") }
    var owned: UnsafeMutablePointer<AVCodecParameters>? = described
    defer { avcodec_parameters_free(&owned) }
    try check(avcodec_parameters_from_context(described, context.pointer), "describe a stream")
    self.timeBase = timeBase
    parameters = try CodecParameters(copying: described)
    var packets: [SharedPacket] = []
    var deepener = Scaler(flags: SWS_POINT)
    let input = VideoFrameReference()
    for (number, frame) in frames.enumerated() {
      if recipe.isDeep {
        let deep = try VideoFrame.make(size: frame.size, layout: .yuv420p10, colour: frame.colour)
        try deepener.scale(frame, into: deep.pointer, colour: frame.colour)
        try input.refer(to: deep)
      } else {
        try input.refer(to: frame)
      }
      input.pointer.pointee.pts = Int64(number)
      input.pointer.pointee.pict_type = AV_PICTURE_TYPE_NONE
      try check(avcodec_send_frame(context.pointer, input.pointer), "encode a picture")
      input.release()
      try Self.drain(context, into: &packets)
    }
    try check(avcodec_send_frame(context.pointer, nil), "end encoding")
    try Self.drain(context, into: &packets)
    self.packets = packets
  }

  private static func drain(_ context: borrowing CodecContext, into packets: inout [SharedPacket]) throws(MediaError) {
    while true {
      let packet = SharedPacket()
      let code = avcodec_receive_packet(context.pointer, packet.packet.pointer)
      if code == CFFMPEG_ERROR_EAGAIN || code == CFFMPEG_ERROR_EOF { return }
      try check(code, "encode a picture")
      packets.append(packet)
    }
  }

  /// Decodes it, giving each picture to `body`.
  public func decode(hardware: VAAPIDevice?, _ body: (VideoFrame) throws(MediaError) -> Void) throws(MediaError) {
    var decoder = try Decoder(parameters: parameters, timeBase: timeBase, hardware: hardware)
    for packet in packets {
      try decoder.send(packet.packet)
      while let frame = try decoder.receive() { try body(frame) }
    }
    try decoder.sendEnd()
    while let frame = try decoder.receive() { try body(frame) }
  }
}
