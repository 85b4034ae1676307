import CFFmpeg
import Media

/// Lays pictures with transparency over black, for what is under it may be anything.
struct OverBlack: ~Copyable {
  private var scaler = Scaler(flags: SWS_POINT | SWS_ACCURATE_RND)

  /// The picture with nothing transparent left; the same one where nothing was.
  mutating func laid(_ frame: VideoFrame) throws(MediaError) -> VideoFrame {
    guard PixelFormat(frame.pointer.pointee.format).hasAlpha, !frame.hasOpaquePalette else { return frame }
    let planar = try planar(frame)
    let result = try planar.sibling(format: AVPixelFormat(planar.pointer.pointee.format))
    cffmpeg_over_black(result, planar.pointer)
    return VideoFrame(adopting: result)
  }

  /// In planes, of which the fourth is alpha.
  private mutating func planar(_ frame: VideoFrame) throws(MediaError) -> VideoFrame {
    let format = PixelFormat(frame.pointer.pointee.format)
    if cffmpeg_is_planar_with_alpha(format.libav) != 0 { return frame }
    let target = try frame.sibling(format: format.bitDepth > 8 ? AV_PIX_FMT_GBRAP16LE : AV_PIX_FMT_GBRAP)
    let result = VideoFrame(adopting: target)
    try scaler.scale(frame, into: target, colour: result.colour)
    return result
  }
}

extension VideoFrame {
  /// Memory for a picture of the same size, time and colours.
  fileprivate func sibling(format: AVPixelFormat) throws(MediaError) -> UnsafeMutablePointer<AVFrame> {
    guard let frame = av_frame_alloc() else { fatalError("out of memory") }
    frame.pointee.width = pointer.pointee.width
    frame.pointee.height = pointer.pointee.height
    frame.pointee.format = format.rawValue
    colour.apply(to: frame)
    pointer.carryTimes(to: frame)
    let code = av_frame_get_buffer(frame, 0)
    if code < 0 {
      var owned: UnsafeMutablePointer<AVFrame>? = frame
      av_frame_free(&owned)
      throw .damaged(LibAVError(code: code, operation: "get memory for a picture"))
    }
    return frame
  }

  /// Whether it has a palette without a transparent colour, as nearly all have.
  fileprivate var hasOpaquePalette: Bool {
    guard pointer.pointee.format == AV_PIX_FMT_PAL8.rawValue, let palette = cffmpeg_plane(pointer, 1) else {
      return false
    }
    // 256 words of alpha, red, green and blue.
    return palette.withMemoryRebound(to: UInt32.self, capacity: 256) { words in
      (0..<256).allSatisfy { words[$0] >> 24 == 0xFF || words[$0] == 0 }
    }
  }
}
