import CFFmpeg
import Media
import Synchronization

/// What libavcodec asks a decoder's owner: in which format pictures are to be, and for memory to put them in.
///
/// Decoder threads ask it, so what it remembers is behind a lock.
final class DecoderCallbacks: Sendable {
  private let hardware: (any HardwareDevice)?
  private let memory: PictureMemory
  private let besideBytesPerKibipixel: Int64
  private let refused = Mutex<MediaError?>(nil)

  /// - Parameter besideBytesPerKibipixel: what the decoder keeps beside 1024 pixels of a picture.
  init(hardware: (any HardwareDevice)?, memory: PictureMemory, besideBytesPerKibipixel: Int64) {
    self.hardware = hardware
    self.memory = memory
    self.besideBytesPerKibipixel = besideBytesPerKibipixel
  }

  /// Why a picture got no memory; nil: all did.
  var refusal: MediaError? { refused.withLock { $0 } }

  /// Must live as long as `context`.
  func install(in context: UnsafeMutablePointer<AVCodecContext>) {
    context.pointee.opaque = Unmanaged.passUnretained(self).toOpaque()
    context.pointee.get_format = { context, offered in
      guard let context, let offered else { return AV_PIX_FMT_NONE }
      return DecoderCallbacks.of(context).choose(offered)
    }
    context.pointee.get_buffer2 = { context, frame, flags in
      guard let context, let frame else { return CFFMPEG_ERROR_EINVAL }
      guard context.pointee.hw_frames_ctx != nil || DecoderCallbacks.of(context).admits(frame) else {
        return CFFMPEG_ERROR_ENOMEM
      }
      return avcodec_default_get_buffer2(context, frame, flags)
    }
  }

  private static func of(_ context: UnsafeMutablePointer<AVCodecContext>) -> DecoderCallbacks {
    Unmanaged<DecoderCallbacks>.fromOpaque(context.pointee.opaque!).takeUnretainedValue()
  }

  /// `offered` ends with AV_PIX_FMT_NONE: the device's pixel format where it is offered, else the first one in plain memory.
  func choose(_ offered: UnsafePointer<AVPixelFormat>) -> AVPixelFormat {
    var plain = AV_PIX_FMT_NONE
    var next = offered
    while next.pointee != AV_PIX_FMT_NONE {
      if let hardware, next.pointee.rawValue == hardware.pixelFormat { return next.pointee }
      if plain == AV_PIX_FMT_NONE, !PixelFormat(next.pointee).isHardware { plain = next.pointee }
      next += 1
    }
    return plain
  }

  /// Whether there is memory for the picture that `frame` describes. It is padded to whole macroblocks and more.
  private func admits(_ frame: UnsafeMutablePointer<AVFrame>) -> Bool {
    let (width, height) = (frame.pointee.width, frame.pointee.height)
    let bytes = Int64(av_image_get_buffer_size(AVPixelFormat(frame.pointee.format), width, height, 64))
    // libavcodec itself says what is wrong with it.
    guard bytes > 0 else { return true }
    let beside = Int64(width) * Int64(height) / 1024 * besideBytesPerKibipixel
    guard !memory.charge(frame, bytes: bytes + beside) else { return true }
    let needed = memory.current + bytes + beside
    refused.withLock {
      $0 = .tooLarge(
        size: "\(VideoSize(width: Int(width), height: Int(height)))", needed: needed, allowed: memory.limit)
    }
    return false
  }
}
