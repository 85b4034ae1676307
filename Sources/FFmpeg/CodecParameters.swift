import CFFmpeg

/// What a decoder must know of a stream: a private copy of its AVCodecParameters.
///
/// Sendable: nothing changes it once it is made.
public final class CodecParameters: @unchecked Sendable {
  let pointer: UnsafePointer<AVCodecParameters>

  init(copying source: UnsafePointer<AVCodecParameters>) throws(MediaError) {
    guard let copy = avcodec_parameters_alloc() else { fatalError("out of memory") }
    pointer = UnsafePointer(copy)
    try check(avcodec_parameters_copy(copy, source), "copy codec parameters")
  }

  /// Of a stream that says all about itself.
  init(codec: AVCodecID) {
    guard let new = avcodec_parameters_alloc() else { fatalError("out of memory") }
    new.pointee.codec_type = AVMEDIA_TYPE_VIDEO
    new.pointee.codec_id = codec
    pointer = UnsafePointer(new)
  }

  deinit {
    var pointer: UnsafeMutablePointer<AVCodecParameters>? = UnsafeMutablePointer(mutating: pointer)
    avcodec_parameters_free(&pointer)
  }
}

/// Owns one AVCodecContext, of a decoder or an encoder.
struct CodecContext: ~Copyable {
  let pointer: UnsafeMutablePointer<AVCodecContext>

  init(_ codec: UnsafePointer<AVCodec>) {
    guard let pointer = avcodec_alloc_context3(codec) else { fatalError("out of memory") }
    self.pointer = pointer
  }

  deinit {
    var pointer: UnsafeMutablePointer<AVCodecContext>? = pointer
    avcodec_free_context(&pointer)
  }
}
