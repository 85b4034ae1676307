import CFFmpeg
import Media

/// PNG files of single pictures.
public enum PNGImage {
  /// Encodes `frame` as an 8-bit RGB PNG; its matrix and range are honoured, its transfer curve is left as it is.
  public static func encode(_ frame: VideoFrame) throws(MediaError) -> [UInt8] {
    guard let codec = avcodec_find_encoder(AV_CODEC_ID_PNG) else { throw .noEncoder(codec: "PNG") }
    let context = CodecContext(codec)
    context.pointer.pointee.width = Int32(frame.size.width)
    context.pointer.pointee.height = Int32(frame.size.height)
    context.pointer.pointee.pix_fmt = AV_PIX_FMT_RGB24
    context.pointer.pointee.time_base = AVRational(num: 1, den: 1)
    try check(avcodec_open2(context.pointer, codec, nil), "open the PNG encoder")

    let picture = VideoFrameReference()
    picture.pointer.pointee.width = Int32(frame.size.width)
    picture.pointer.pointee.height = Int32(frame.size.height)
    picture.pointer.pointee.format = AV_PIX_FMT_RGB24.rawValue
    try check(av_frame_get_buffer(picture.pointer, 0), "make a picture")
    var colour = frame.colour
    colour.range = .full
    var scaler = Scaler(flags: SWS_BICUBIC | SWS_ACCURATE_RND | SWS_FULL_CHR_H_INT | SWS_FULL_CHR_H_INP)
    try scaler.scale(frame, into: picture.pointer, colour: colour)

    let packet = Packet()
    try check(avcodec_send_frame(context.pointer, picture.pointer), "encode a PNG")
    try check(avcodec_receive_packet(context.pointer, packet.pointer), "encode a PNG")
    return [UInt8](UnsafeBufferPointer(start: packet.pointer.pointee.data, count: packet.byteCount))
  }
}
