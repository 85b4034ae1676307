import CFFmpeg
import Media

/// What the code asks of an AVPixelFormat.
struct PixelFormat {
  let libav: AVPixelFormat

  init(_ libav: AVPixelFormat) { self.libav = libav }

  init(_ rawValue: Int32) { libav = AVPixelFormat(rawValue) }

  init(_ layout: PlanarPicture.Layout) {
    libav =
      switch layout {
      case .yuv420p: AV_PIX_FMT_YUV420P
      case .yuv420p10: AV_PIX_FMT_YUV420P10LE
      case .nv12: AV_PIX_FMT_NV12
      case .p010: AV_PIX_FMT_P010LE
      }
  }

  /// nil for what the projection cannot read as it is.
  var layout: PlanarPicture.Layout? {
    switch libav {
    case AV_PIX_FMT_YUV420P, AV_PIX_FMT_YUVJ420P: .yuv420p
    case AV_PIX_FMT_YUV420P10LE: .yuv420p10
    case AV_PIX_FMT_NV12: .nv12
    case AV_PIX_FMT_P010LE: .p010
    default: nil
    }
  }

  /// libav's name, "yuv420p10le"; "unknown" without one.
  var name: String { av_get_pix_fmt_name(libav).map { String(cString: $0) } ?? "unknown" }

  var isRGB: Bool { flags & UInt64(AV_PIX_FMT_FLAG_RGB) != 0 }

  var hasAlpha: Bool { flags & UInt64(AV_PIX_FMT_FLAG_ALPHA) != 0 }

  var isHardware: Bool { flags & UInt64(AV_PIX_FMT_FLAG_HWACCEL) != 0 }

  /// Whether the name alone says full range (the deprecated "yuvj" formats).
  var isFullRange: Bool {
    switch libav {
    case AV_PIX_FMT_YUVJ420P, AV_PIX_FMT_YUVJ422P, AV_PIX_FMT_YUVJ444P, AV_PIX_FMT_YUVJ440P, AV_PIX_FMT_YUVJ411P: true
    default: false
    }
  }

  /// Bits of a luma or colour sample; 0 when unknown.
  var bitDepth: Int { av_pix_fmt_desc_get(libav).map { Int($0.pointee.comp.0.depth) } ?? 0 }

  private var flags: UInt64 { av_pix_fmt_desc_get(libav)?.pointee.flags ?? 0 }
}
