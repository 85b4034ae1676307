import CFFmpeg
import Media

/// Brings pictures that the projection cannot read (4:2:2, 4:4:4, RGB, bottom up, more than 10 bits) to 4:2:0, and what
/// is transparent over black.
///
/// The result is `yuv420p`, or `yuv420p10` for sources of more than 8 bits. It keeps the matrix and range of the
/// source; RGB becomes limited range by the matrix that goes with its primaries, BT.2020's or BT.709's.
/// Sendable: it has one owner, and libswscale does not tie a context to a thread.
public struct PixelConverter: ~Copyable, @unchecked Sendable {
  private var scaler = Scaler(flags: SWS_BILINEAR | SWS_ACCURATE_RND)
  private var overBlack = OverBlack()
  private var pool: VideoFramePool?

  public init() {}

  public mutating func convert(_ frame: VideoFrame) throws(MediaError) -> VideoFrame {
    let frame = try overBlack.laid(frame)
    let source = PixelFormat(frame.pointer.pointee.format)
    let layout: PlanarPicture.Layout = source.bitDepth > 8 ? .yuv420p10 : .yuv420p
    var colour = frame.colour
    if source.isRGB {
      colour.range = .limited
      colour.matrix = Int32((colour.primaries == 9 ? AVCOL_SPC_BT2020_NCL : AVCOL_SPC_BT709).rawValue)
    }
    let result = try pool.of(frame.size, layout, colour).makeFrame(carryingTimesOf: frame)
    if cffmpeg_is_deep_rgb(source.libav) != 0 {
      let weights = colour.lumaWeights ?? ColourDescription.bt709LumaWeights
      cffmpeg_deep_rgb_to_420(result.pointer, frame.pointer, weights.red, weights.blue)
    } else {
      try scaler.scale(frame, into: result.pointer, colour: colour)
    }
    return result
  }
}

/// Owns an SwsContext, made anew when the pictures change.
struct Scaler: ~Copyable {
  private var context: OpaquePointer?
  private let flags: Int32
  private var colours: (source: ColourDescription, target: ColourDescription)?

  init(flags: Int32) { self.flags = flags }

  deinit { sws_freeContext(context) }

  /// Draws `source` into `target`, which says its own size and pixel format.
  mutating func scale(
    _ source: VideoFrame, into target: UnsafeMutablePointer<AVFrame>, colour: ColourDescription
  ) throws(MediaError) {
    let previous = context
    context = sws_getCachedContext(
      context, Int32(source.size.width), Int32(source.size.height), AVPixelFormat(source.pointer.pointee.format),
      target.pointee.width, target.pointee.height, AVPixelFormat(target.pointee.format), flags, nil, nil, nil)
    guard let context else { throw .unsupportedPicture(source.pixelFormat) }
    if context != previous || colours?.source != source.colour || colours?.target != colour {
      // 0 and 1 << 16: brightness, contrast and saturation as they are.
      sws_setColorspaceDetails(
        context, Self.coefficients(source.colour.matrix), source.colour.range == .full ? 1 : 0,
        Self.coefficients(colour.matrix), colour.range == .full ? 1 : 0, 0, 1 << 16, 1 << 16)
      colours = (source.colour, colour)
    }
    try check(cffmpeg_scale(context, source.pointer, target), "convert a picture")
  }

  /// libswscale's SWS_CS_ numbers are those of H.273; it takes BT.601 for what it does not know, RGB's 0 among them.
  private static func coefficients(_ matrix: Int32) -> UnsafePointer<Int32>? { sws_getCoefficients(matrix) }
}
